/** What somebody does by the console: each action, done once, with what it says and what comes of it. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { setScene, type Scene } from './support/scene.ts';
import { beginSession, connect, visit, type Visitor } from './support/visitor.ts';

let browser: Browser;
let scene: Scene;
let visitor: Visitor;
let page: Page;

beforeAll(async () => {
  browser = await connect();
  scene = await setScene();
  const { baseUrl } = scene.service.app;
  visitor = await visit(browser, baseUrl, { session: await beginSession(baseUrl) });
  ({ page } = visitor);
}, 60_000);
afterAll(async () => {
  await browser.close();
  await scene.close();
});

afterEach(() => expect(visitor.complaints).toEqual([]));

const button = (name: string) => page.getByRole('button', { name, exact: true });
const dialog = () => page.getByRole('dialog');
const confirm = (name: string) => dialog().getByRole('button', { name, exact: true }).click();
const said = (words: string) => page.getByRole('status').getByText(words).waitFor();
const leadOf = (userName: string) => scene.leadOf(userName);

describe('pause and resume', () => {
  it('need a reason, tell it, and keep what comes meanwhile', async () => {
    await visitor.open('/admin');
    await button('Pause').click();
    await confirm('Pause delivery');
    expect(await dialog().isVisible()).toBe(true);
    await dialog().getByLabel('Reason').fill('moving orgs');
    await page.keyboard.press('Enter');
    await said('Paused: nothing more is sent.');
    await page.getByText('Paused by admin:admin').waitFor();
    await scene.create('ada');
    await scene.lanes({ due: 1 });
    expect(await leadOf('ada')).toBeUndefined();
    await button('Resume').click();
    await said('Delivery goes on.');
    await scene.lanes({ idle: 1 });
    await page.getByRole('cell', { name: 'resumed' }).first().waitFor();
  });

  it('are left alone by whoever thinks better of it', async () => {
    await visitor.open('/admin');
    await button('Pause').click();
    await page.keyboard.press('Escape');
    await dialog().waitFor({ state: 'hidden' });
    await button('Pause').click();
    await confirm('Cancel');
    await dialog().waitFor({ state: 'hidden' });
    const { body } = await scene.service.admin('GET', '/status');
    expect(body['delivery']).toBe('running');
  });
});

describe('whoever works by keyboard', () => {
  const focused = () => page.evaluate<string>('document.activeElement.textContent');
  afterAll(() => scene.service.admin('POST', '/resume'));
  const hasFocus = (name: string) => page.locator('button:focus').getByText(name, { exact: true }).waitFor();

  it('stands on the button that took the place of the one pressed', async () => {
    await visitor.open('/admin');
    await button('Pause').focus();
    await page.keyboard.press('Enter');
    await page.keyboard.type('by keyboard');
    await page.keyboard.press('Enter');
    await button('Resume').waitFor();
    await hasFocus('Resume');
    await page.keyboard.press('Enter');
    await button('Pause').waitFor();
    await hasFocus('Pause');
  });

  it('keeps the button that is pressed and stays', async () => {
    await visitor.open(`/admin/users/${scene.idOf('ada')}`);
    await button('Push now').focus();
    await page.keyboard.press('Enter');
    await said('Pushed: ');
    await hasFocus('Push now');
    await button('Dismiss').focus();
    await page.keyboard.press('Enter');
    await button('Dismiss').waitFor({ state: 'detached' });
    expect(await focused()).toBe('ada');
  });
});

describe('a reason', () => {
  it('that was typed and then cancelled does not come again', async () => {
    await visitor.open('/admin');
    for (const leave of [() => confirm('Cancel'), () => page.keyboard.press('Escape')]) {
      await button('Pause').click();
      expect(await dialog().getByLabel('Reason').inputValue()).toBe('');
      await dialog().getByLabel('Reason').fill('thought better of');
      await leave();
      await dialog().waitFor({ state: 'hidden' });
    }
    await button('Pause').click();
    expect(await dialog().getByLabel('Reason').inputValue()).toBe('');
  });
});

describe('a closed gate', () => {
  it('says why and until when, and is tried at once by whoever has mended it', async () => {
    await scene.faults({ match: { path: '/services/data' }, times: 1000, action: { status: 503 } });
    await scene.change('ada', 'title', 'Away');
    await visitor.open('/admin');
    await page.getByText(/^Salesforce is not asked.*https:\/\/status\.salesforce\.com/).waitFor();
    await page.getByRole('banner').getByText('waiting for Salesforce').waitFor();
    await scene.faults();
    await button('Try Salesforce now').click();
    await said('Salesforce is tried now.');
    await scene.lanes({ idle: 1, due: 0 });
    expect(await leadOf('ada')).toMatchObject({ Title: 'Away' });
  });
});

describe('one user', () => {
  it('is compared with the live Lead, field by field', async () => {
    await scene.editLead('ada', { FirstName: 'Edited' });
    await visitor.open(`/admin/users/${scene.idOf('ada')}`);
    await button('Compare').click();
    const row = page.getByRole('row').filter({ hasText: 'FirstName' });
    expect(await row.getByRole('cell').allTextContents()).toEqual(['FirstName', 'Edited', 'Given', 'no']);
    expect(await row.locator('mark').textContent()).toBe('Given');
  });

  it('is sent again whole when somebody wants that, and not without being asked', async () => {
    await visitor.open(`/admin/users/${scene.idOf('ada')}`);
    await button('Push now').click();
    await said('Pushed: skip, skipped.');
    await button('Resend all fields').click();
    await confirm('Resend');
    await said('Pushed: update, delivered.');
    expect(await leadOf('ada')).toMatchObject({ FirstName: 'Given' });
  });

  it('shows its values to whoever asks, and hides them again', async () => {
    await visitor.open(`/admin/users/${scene.idOf('ada')}`);
    expect(await page.content()).not.toContain('ada@example.com');
    await button('Show values').click();
    await page.getByRole('group', { name: 'SCIM user' }).getByText('ada@example.com').waitFor();
    await button('Hide values').click();
    await page.getByRole('group', { name: 'SCIM user' }).waitFor({ state: 'detached' });
  });

  it('is retried once its data are right', async () => {
    await scene.create('bea', 'bea at example');
    await scene.lanes({ parked: 1 });
    await scene.service.admin('POST', '/pause', { reason: 'to see it due' });
    await visitor.open(`/admin/users/${scene.idOf('bea')}`);
    await button('Retry').click();
    await said('Due now: it is tried again.');
    await page.locator('.badge').getByText('due').waitFor();
    await scene.service.admin('POST', '/resume');
    await scene.lanes({ parked: 1 });
  });

  it('is shown with what came of a retry as soon as it is known, in head and timeline alike', async () => {
    await scene.faults({ match: { path: '/services/data' }, times: 1, action: { delayMs: 1_000 } });
    await visitor.open(`/admin/users/${scene.idOf('bea')}`);
    const attempts = page.getByRole('region', { name: 'Timeline' }).getByText('Salesforce: create');
    const before = await attempts.count();
    await button('Retry').click();
    await page.locator('.badge').getByText('due').waitFor();
    await page.locator('.title .badge').getByText('parked').waitFor({ timeout: 2_500 });
    await attempts.nth(before).waitFor({ timeout: 1_000 });
    const reads: string[] = [];
    page.on('request', (one) => reads.push(one.url()));
    await page.waitForTimeout(3_000);
    expect(reads.filter((url) => url.endsWith('/timeline')).length).toBeLessThan(3);
    await scene.faults();
  });
});

describe('parked users', () => {
  beforeAll(async () => {
    await scene.create('cyd', 'cyd at example');
    await scene.create('dan', 'dan at example');
    await scene.lanes({ parked: 3 });
    await scene.service.admin('POST', '/pause', { reason: 'to see them due' });
  });
  afterAll(async () => {
    await scene.service.admin('POST', '/resume');
    await scene.lanes({ parked: 3 });
  });

  it('are retried one by one', async () => {
    // As a notification links to it.
    await visitor.open('/admin/parked?state=parked&code=INVALID_EMAIL_ADDRESS');
    await button('Retry bea').click();
    await said('bea is due now.');
    await button('Retry bea').waitFor({ state: 'detached' });
    await scene.lanes({ parked: 2, due: 1 });
  });

  it('are retried by error, after a question that says how many', async () => {
    await visitor.open('/admin/parked');
    await button('Retry INVALID_EMAIL_ADDRESS, parked').click();
    await dialog().getByText('2 users with INVALID_EMAIL_ADDRESS').waitFor();
    await confirm('Retry 2');
    await said('2 users due now.');
    await scene.lanes({ parked: 0, due: 3 });
  });

  it('are retried all at once, whatever their error', async () => {
    await scene.service.admin('POST', '/resume');
    await scene.lanes({ parked: 3 });
    await scene.service.admin('POST', '/pause', { reason: 'to see them due' });
    await visitor.open('/admin/parked');
    await button('Retry all parked').click();
    await confirm('Retry 3');
    await said('3 users due now.');
    await scene.lanes({ parked: 0, due: 3 });
  });

  it('retried twice at once are released once', async () => {
    await scene.service.admin('POST', '/resume');
    await scene.lanes({ parked: 3 });
    await scene.service.admin('POST', '/pause', { reason: 'to see them due' });
    await visitor.open(`/admin/users/${scene.idOf('bea')}`);
    const sent: string[] = [];
    page.on('request', (one) => one.method() === 'POST' && sent.push(one.url()));
    await page.evaluate(
      `[...document.querySelectorAll('button')].filter((one) => one.textContent === 'Retry').forEach((one) => { one.click(); one.click(); })`,
    );
    await said('Due now');
    expect(sent).toHaveLength(1);
  });
});

describe('held removals', () => {
  beforeAll(async () => {
    for (const userName of ['una', 'vic', 'wim', 'xia']) await scene.create(userName);
    await scene.lanes({ idle: 5 });
    for (const userName of ['una', 'vic', 'wim', 'xia']) await scene.remove(userName);
    await scene.lanes({ held: 4 });
  });

  it('say whose the Leads are when somebody asks', async () => {
    await visitor.open('/admin/removals');
    const { Name: name } = (await leadOf('una')) ?? {};
    await page.getByRole('checkbox', { name: 'Names of the Leads' }).check();
    await page.getByText(String(name)).first().waitFor();
  });

  it('of chosen users are rejected: their Leads stay', async () => {
    await visitor.open('/admin/removals');
    await page.getByRole('checkbox', { name: `Choose ${scene.idOf('una')}` }).check();
    await button('Reject 1 chosen').click();
    await confirm('Reject 1');
    await said('1 removal rejected.');
    await scene.lanes({ held: 3 });
    expect(await leadOf('una')).toBeDefined();
  });

  it('of chosen users are approved: their Leads go', async () => {
    await visitor.open('/admin/removals');
    await page.getByRole('checkbox', { name: `Choose ${scene.idOf('vic')}` }).check();
    await button('Approve 1 chosen').click();
    await dialog().getByText('1 Lead will be deleted').waitFor();
    await confirm('Approve 1');
    await said('1 removal approved.');
    await scene.lanes({ held: 2, due: 0 });
    expect(await leadOf('vic')).toBeUndefined();
  });

  it('are approved all at once', async () => {
    await visitor.open('/admin/removals');
    await button('Approve all').click();
    await confirm('Approve 2');
    await said('2 removals approved.');
    await page.getByText('Nothing is held.').waitFor();
    await scene.lanes({ held: 0, due: 0 });
    expect([await leadOf('wim'), await leadOf('xia')]).toEqual([undefined, undefined]);
  });
});

describe('reconcile', () => {
  it('tells which Leads differ, in which fields, and repairs them', async () => {
    await scene.create('grace');
    await scene.lanes({ idle: 2, due: 0 });
    await scene.editLead('ada', { Title: 'Edited' });
    await scene.loseLead('grace');
    await visitor.open('/admin/reconcile');
    await button('Compare').click();
    await said('The comparison has begun.');
    await page.getByText('completed', { exact: false }).first().waitFor();
    const differs = page.getByRole('region', { name: 'Who differs' });
    await differs.getByRole('cell', { name: 'drifted' }).waitFor();
    await differs.getByRole('cell', { name: 'Title' }).waitFor();
    await differs.getByLabel('Only').selectOption('missing');
    await differs.getByRole('cell', { name: 'drifted' }).waitFor({ state: 'detached' });
    await differs.getByRole('cell', { name: 'missing' }).waitFor();
    expect(await leadOf('ada')).toMatchObject({ Title: 'Edited' });
    await button('Compare and repair').click();
    await confirm('Repair');
    await said('The repair has begun.');
    await page.getByText('2 users', { exact: true }).waitFor();
    await scene.lanes({ idle: 2, due: 0 });
    expect(await leadOf('ada')).toMatchObject({ Title: 'Away' });
    expect(await leadOf('grace')).toBeDefined();
  });

  it('is stopped by whoever started it', async () => {
    await scene.faults({ match: { path: '/query' }, times: 100, action: { delayMs: 3_000 } });
    await visitor.open('/admin/reconcile');
    await button('Compare').click();
    await button('Stop').click();
    await said('It stops after the page under way.');
    await scene.faults();
    await page.getByText('stopped').first().waitFor();
  });
});

describe('the mapping playground', () => {
  const user = (value: unknown) => page.getByLabel('A SCIM user').fill(JSON.stringify(value));
  const mapping = () => page.getByRole('textbox', { name: 'The mapping' });
  const lead = () => page.getByRole('table', { name: 'The Lead' });

  beforeEach(() => visitor.open('/admin/mapping'));

  it('shows the Lead that a pasted user would become', async () => {
    await user({ userName: 'robin', title: 'Outlaw', emails: [{ value: 'robin@example.com' }] });
    await button('See the Lead').click();
    await lead().getByRole('row', { name: 'Title Outlaw' }).waitFor();
    await lead().getByRole('row', { name: 'LastName robin' }).waitFor();
  });

  it('shows it with another mapping, which nobody keeps', async () => {
    await mapping().fill(
      JSON.stringify({ fields: { LastName: { from: 'userName' }, Company: { default: 'Sherwood' } } }),
    );
    await button('See the Lead').click();
    await lead().getByRole('row', { name: 'Company Sherwood' }).waitFor();
    await button('Back to the mapping in use').click();
    await button('See the Lead').click();
    await lead().getByRole('row', { name: 'Company [not provided]' }).waitFor();
  });

  it('tells the faults of a mapping', async () => {
    await mapping().fill(JSON.stringify({ fields: { LastName: { from: 'nickNames' } } }));
    await button('Check the mapping').click();
    await page.getByText('The service would not start with this mapping:').waitFor();
    await page.getByRole('listitem').filter({ hasText: 'nickNames' }).waitFor();
  });

  it('says that the mapping in use would do', async () => {
    await button('Check the mapping').click();
    await page.getByText('The service would start with this mapping.').waitFor();
  });

  it('compares a pasted change of a user with the live Lead', async () => {
    await user({ userName: 'ada', title: 'Director', emails: ['ada@example.com'], name: { familyName: 'ada' } });
    await button('Compare with Salesforce').click();
    const row = page.getByRole('row').filter({ hasText: 'Title' }).filter({ hasText: 'Director' });
    await row.waitFor();
    expect(await row.getByRole('cell').allTextContents()).toEqual(['Title', 'Away', 'Director', 'Director']);
    expect(await leadOf('ada')).toMatchObject({ Title: 'Away' });
  });

  it('says what is wrong with what is no JSON', async () => {
    await page.getByLabel('A SCIM user').fill('{');
    await button('See the Lead').click();
    await page.getByRole('alert').getByText('The user is no JSON').waitFor();
  });
});
