/** What each page of the console shows, to eyes, to a screen reader and on a phone. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { setScene, type Scene } from './support/scene.ts';
import { beginSession, connect, visit, type Visitor, type VisitorOptions } from './support/visitor.ts';

let browser: Browser;
let scene: Scene;
let session: string;
let visitor: Visitor;

beforeAll(async () => {
  browser = await connect();
  scene = await setScene();
  const { baseUrl } = scene.service.app;
  for (const userName of ['ada', 'alan', 'grace']) await scene.create(userName);
  await scene.create('bea', 'bea at example');
  await scene.create('cyd', 'cyd at example');
  await scene.lanes({ idle: 3, parked: 2 });
  await scene.remove('alan');
  await scene.lanes({ held: 1 });
  await scene.service.admin('POST', '/reconcile', {});
  session = await beginSession(baseUrl);
}, 60_000);
afterAll(async () => {
  await browser.close();
  await scene.close();
});

const comeNew = async (options: VisitorOptions = {}): Promise<Visitor> =>
  (visitor = await visit(browser, scene.service.app.baseUrl, options));

/** Whoever looks in one way is one visitor: a new browser for each look costs more than the look. */
const visitors = new Map<string, Visitor>();
async function enter(options: VisitorOptions = {}): Promise<Visitor> {
  const key = JSON.stringify(options);
  visitor = visitors.get(key) ?? (await comeNew({ session, ...options }));
  visitors.set(key, visitor);
  return visitor;
}
afterEach(() => expect(visitor.complaints).toEqual([]));

/** A page, and words that are on it once it has read what it shows. */
const PAGES: readonly (readonly [path: string, title: string, words: readonly string[]])[] = [
  ['/admin', 'Overview', ['Up to date', 'Backlog', 'API calls of the org', 'Attempts a minute', 'removals held']],
  ['/admin/users', 'Users', ['4 users', 'ada', 'bea', 'INVALID_EMAIL_ADDRESS', 'up to date', 'parked']],
  ['/admin/users/bea', 'bea', ['Correct the e-mail of the user', 'SCIM POST', 'Salesforce: create']],
  ['/admin/parked', 'Parked', ['INVALID_EMAIL_ADDRESS', 'Correct the e-mail of the user, or map another one.']],
  ['/admin/removals', 'Held removals', ['delete', 'Approve all', 'Reject all']],
  ['/admin/reconcile', 'Reconcile', ['completed', 'unchanged', 'parked', 'Leads read']],
  ['/admin/mapping', 'Mapping', ['Playground', 'See the Lead', 'name.honorificPrefix', 'SCIM_Id__c']],
  ['/admin/clients', 'Clients', ['basic:admin', 'default']],
  ['/admin/configuration', 'Configuration', ['SALESFORCE_CLIENT_SECRET', '********', 'SCIM_Id__c', 'SQLite']],
];

/** A page of a user is at its SCIM id. */
const addressOf = (path: string): string =>
  path.replace(/users\/(\w+)$/, (_found, userName: string) => `users/${scene.idOf(userName)}`);

describe('each page', () => {
  it.each(PAGES)('%s is titled %s and shows what there is', async (path, title, words) => {
    const { page, open } = await enter();
    await open(addressOf(path));
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe(title);
    expect(await page.title()).toBe(`${title} · scim-salesforce`);
    for (const word of words) await page.getByRole('main').getByText(word).filter({ visible: true }).first().waitFor();
  });

  it('that is none says so and shows the way', async () => {
    const { page, open } = await enter();
    await open('/admin/nothing');
    await page.getByRole('main').getByRole('link', { name: 'Overview' }).click();
    await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
  });

  it('of nobody says that there is no such user', async () => {
    const { page, complaints, open } = await enter();
    await open('/admin/users/nobody');
    await page.getByText('there is no user with this id').waitFor();
    // The browser tells of every 404 by itself.
    expect(complaints.splice(0)).not.toEqual([]);
  });

  it('tells in the navigation how many are parked and held', async () => {
    const { page, open } = await enter();
    await open('/admin/clients');
    const navigation = page.getByRole('navigation', { name: 'Pages' });
    await navigation.getByRole('link', { name: 'Parked 2 users' }).waitFor();
    await navigation.getByRole('link', { name: 'Held removals 1 users' }).waitFor();
    expect(await navigation.locator('[aria-current=page]').textContent()).toBe('Clients');
  });
});

/** How somebody may look at it; a phone of the smallest kind. */
const VIEWS: readonly (readonly [view: string, options: VisitorOptions])[] = [
  ['light', { colorScheme: 'light' }],
  ['dark', { colorScheme: 'dark' }],
  ['on a phone', { width: 360, height: 740 }],
];

describe.each(VIEWS)('%s', (_view, options) => {
  it('axe finds nothing wrong on any page, and none is wider than the screen', async () => {
    const { page, audit, open } = await enter(options);
    for (const [path] of PAGES) {
      await open(addressOf(path));
      expect([path, await audit()]).toEqual([path, []]);
      const overflow = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth');
      expect([path, overflow]).toEqual([path, 0]);
    }
  });

  it('nor with everything opened that can be opened', async () => {
    const { page, audit, open } = await enter(options);
    await open(addressOf('/admin/users/ada'));
    await page.getByRole('button', { name: 'Compare' }).click();
    await page.getByRole('button', { name: 'Compare again' }).waitFor();
    await page.getByRole('button', { name: 'Show values' }).click();
    await page.getByRole('group', { name: 'SCIM user' }).waitFor();
    expect(await audit()).toEqual([]);
    await page.getByRole('button', { name: 'Resend all fields' }).click();
    await page.getByRole('dialog').waitFor();
    expect(await audit()).toEqual([]);
    await open('/admin');
    await page.getByText('Numbers').first().click();
    await page.getByRole('cell', { name: '3', exact: true }).first().waitFor();
    expect(await audit()).toEqual([]);
  });

  it('nor on the log-in', async () => {
    await comeNew(options);
    await visitor.page.goto('/admin');
    await visitor.page.getByLabel('Password').waitFor();
    expect(await visitor.audit()).toEqual([]);
  });
});

describe('finding users', () => {
  it.each([
    ['the beginning of a user name', () => 'be', 'bea'],
    ['the beginning of an e-mail address', () => 'ADA@exam', 'ada'],
    ['a SCIM id', () => scene.idOf('cyd'), 'cyd'],
  ])('by %s', async (_what, search, found) => {
    const { page, open } = await enter();
    await open('/admin/users');
    await page.getByRole('searchbox').fill(search());
    await page.keyboard.press('Enter');
    await page.getByText('1 user for').waitFor();
    await page.getByRole('link', { name: found }).click();
    await page.getByRole('heading', { level: 1, name: found }).waitFor();
  });

  it('by the beginning of a Lead id, and the Lead is a link to Salesforce', async () => {
    const { page, open } = await enter();
    const { lane } = (await scene.service.admin('GET', `/users/${scene.idOf('ada')}`)).body as {
      lane: { leadId: string; leadUrl: string };
    };
    await open(`/admin/users?search=${lane.leadId.slice(0, 17)}`);
    await page.getByRole('link', { name: 'ada' }).waitFor();
    const link = page.getByRole('link', { name: new RegExp(`^${lane.leadId}`) });
    expect(await link.getAttribute('href')).toBe(lane.leadUrl);
  });

  it('nobody is told from an empty list', async () => {
    const { page, open } = await enter();
    await open('/admin/users?search=zz');
    await page.getByText('Nobody. The beginning of').waitFor();
  });
});

describe('why a user is not in Salesforce', () => {
  it('is found by keyboard alone: search, user, error, retry', async () => {
    const { page, open } = await enter();
    const focused = (): Promise<string> =>
      page.evaluate('document.activeElement.textContent || document.activeElement.name');
    const tabTo = async (text: string): Promise<void> => {
      for (let presses = 0; (await focused()).trim() !== text; presses += 1) {
        if (presses > 40) throw new Error(`no way to ${text} by Tab: at ${await focused()}`);
        await page.keyboard.press('Tab');
      }
    };
    await open('/admin');
    await page.keyboard.press('Tab');
    expect(await focused()).toBe('Skip to content');
    await tabTo('Users');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'Users' }).waitFor();
    expect(await focused()).toBe('Users');
    await tabTo('search');
    await page.keyboard.type('bea');
    await page.keyboard.press('Enter');
    await page.getByText('1 user for “bea”').waitFor();
    await tabTo('bea');
    const outline = await page.evaluate('getComputedStyle(document.activeElement).outlineStyle');
    expect(outline).toBe('solid');
    await page.keyboard.press('Enter');
    await page.getByText('Email: invalid email address: bea at example').waitFor();
    await tabTo('Retry');
    await page.keyboard.press('Space');
    await page.getByRole('status').getByText('it is tried again').waitFor();
    await scene.lanes({ parked: 2 });
  });

  it('is told by the timeline, whose steps lead to each other', async () => {
    const { page, open } = await enter();
    await open(addressOf('/admin/users/cyd'));
    const timeline = page.getByRole('region', { name: 'Timeline' });
    const change = timeline.getByRole('listitem').filter({ hasText: 'SCIM POST' });
    await change.getByText('By basic:admin').waitFor();
    const attempt = change.getByRole('link').last();
    const seq = await attempt.textContent();
    await attempt.click();
    const target = page.locator(`#step-${seq}`);
    expect(await target.textContent()).toContain('INVALID_EMAIL_ADDRESS');
    expect(new URL(page.url()).hash).toBe(`#step-${seq}`);
  });
});

describe('parked users', () => {
  it('are grouped by error, and a group shows its users at an address of its own', async () => {
    const { page, open } = await enter();
    await open('/admin/parked');
    await page.getByRole('link', { name: 'INVALID_EMAIL_ADDRESS' }).click();
    const members = page.getByRole('region', { name: 'Users with INVALID_EMAIL_ADDRESS' }).first();
    await members.getByRole('link', { name: 'bea' }).waitFor();
    await page.reload();
    await members.getByRole('link', { name: 'cyd' }).waitFor();
  });
});

describe('live updates', () => {
  const requests = (page: Visitor['page']): { count: number } => {
    const seen = { count: 0 };
    page.on('request', (request) => {
      if (request.url().includes('/admin/api/status')) seen.count += 1;
    });
    return seen;
  };

  it('show what changes without a click', async () => {
    const { page, open } = await comeNew({ session });
    await page.clock.install();
    await open('/admin');
    await scene.service.admin('POST', '/pause', { reason: 'moving orgs' });
    await page.clock.runFor(5_000);
    await page.getByText('moving orgs').first().waitFor();
    await page.getByRole('banner').getByText('paused').waitFor();
    await scene.service.admin('POST', '/resume');
    await page.clock.runFor(5_000);
    await page.getByRole('banner').getByText('delivering').waitFor();
  });

  it('rest in a hidden tab, and go on when it is looked at again', async () => {
    const { page, open } = await comeNew({ session });
    await page.clock.install();
    await open('/admin/configuration');
    const seen = requests(page);
    await page.clock.runFor(10_000);
    expect(seen.count).toBeGreaterThanOrEqual(1);
    const hide = (isHidden: boolean): Promise<unknown> =>
      page.evaluate(
        `Object.defineProperty(document, 'hidden', { value: ${isHidden}, configurable: true }); document.dispatchEvent(new Event('visibilitychange'))`,
      );
    await hide(true);
    const before = seen.count;
    await page.clock.runFor(60_000);
    expect(seen.count).toBe(before);
    await hide(false);
    expect(seen.count).toBe(before + 1);
  });

  it('say when the service cannot be reached, and when it can again', async () => {
    const { page, open, context, complaints } = await comeNew({ session });
    await page.clock.install();
    await open('/admin');
    await context.setOffline(true);
    await page.clock.runFor(5_000);
    await page.getByText('The service cannot be reached.').waitFor();
    await page.getByText('Up to date').waitFor();
    await context.setOffline(false);
    await page.clock.runFor(30_000);
    await page.getByText('The service cannot be reached.').waitFor({ state: 'detached' });
    // The browser tells of every request that failed by itself.
    expect(complaints.splice(0)).not.toEqual([]);
  });
});
