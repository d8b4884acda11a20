/** Who gets in, how far, and for how long. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { SESSION_MS, Sessions } from '../../src/admin/web/sessions.ts';
import { setScene, type Scene } from './support/scene.ts';
import { beginSession, connect, setSession, visit, type Visitor, type VisitorOptions } from './support/visitor.ts';

const PASSWORD = 'a password of the people on call';
const TOKEN = 'token-of-a-dashboard';
const READER = { name: 'reader', username: 'reader', password: 'may-only-look-around', scopes: ['admin:read'] };
const CREDENTIALS = JSON.stringify([
  READER,
  { name: 'dashboard', token: TOKEN, scopes: ['admin:read'] },
  { name: 'idp', username: 'idp', password: 'of-an-identity-provider' },
]);

/** What the browser says by itself of an answer that is an error, or that does not come. */
const REFUSED = /^Failed to load resource: (?:.* status of )?(\d+|net::\w+)/;

let browser: Browser;
let scene: Scene;
let visitor: Visitor;

beforeAll(async () => {
  browser = await connect();
  scene = await setScene({ ADMIN_PASSWORD: PASSWORD, SCIM_CREDENTIALS: CREDENTIALS });
  await scene.create('bea', 'bea at example');
}, 60_000);
afterAll(async () => {
  await browser.close();
  await scene.close();
});

const enter = async (options: VisitorOptions = {}): Promise<Visitor> =>
  (visitor = await visit(browser, scene.service.app.baseUrl, options));

let refusals: readonly string[] = [];
const refusedWith = (...statuses: readonly string[]): void => void (refusals = statuses);
afterEach(async () => {
  const { complaints, context } = visitor;
  await context.close();
  const allowed = refusals;
  refusals = [];
  expect(complaints.filter((one) => !allowed.includes(REFUSED.exec(one)?.[1] ?? ''))).toEqual([]);
});

describe('the log-in', () => {
  it('comes first and leads to where somebody wanted to go', async () => {
    const { page, tryLogIn } = await enter();
    await page.goto('/admin/parked');
    await tryLogIn('admin', PASSWORD);
    await page.getByRole('heading', { level: 1, name: 'Parked' }).waitFor();
    await page.getByText('admin:admin').waitFor();
  });

  it('needs no mouse', async () => {
    const { page } = await enter();
    await page.goto('/admin');
    await page.getByLabel('User name').waitFor();
    await page.keyboard.type('admin');
    await page.keyboard.press('Tab');
    await page.keyboard.type(PASSWORD);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
    await page.locator('h1:focus').getByText('Overview').waitFor();
  });

  it('takes the token of a credential as its password', async () => {
    const { page, tryLogIn } = await enter();
    await page.goto('/admin');
    await tryLogIn('', TOKEN);
    await page.getByText('dashboard', { exact: true }).waitFor();
  });

  it.each([
    ['a wrong password', 'admin', 'wrong', '401', 'the user name or the password is wrong'],
    ['a SCIM client', 'idp', 'of-an-identity-provider', '403', 'the credential idp lacks the scope admin:read'],
  ])('refuses %s and says why', async (_who, username, password, status, words) => {
    const { page, tryLogIn } = await enter();
    refusedWith(status);
    await page.goto('/admin');
    await tryLogIn(username, password);
    await page.getByRole('alert').getByText(words).waitFor();
    expect(await page.getByLabel('User name').inputValue()).toBe(username);
  });

  it('leaves a cookie that no script can read and no other site can send', async () => {
    const { page, context, tryLogIn } = await enter();
    await page.goto('/admin');
    await tryLogIn('admin', PASSWORD);
    await page.getByRole('button', { name: 'Log out' }).waitFor();
    expect(await context.cookies()).toMatchObject([
      { httpOnly: true, sameSite: 'Strict', path: '/admin', secure: false },
    ]);
    expect(await page.evaluate('document.cookie')).toBe('');
  });
});

describe('logging out', () => {
  it('ends with the log-in, also after a reload', async () => {
    const { page, context, tryLogIn } = await enter();
    await page.goto('/admin');
    await tryLogIn('admin', PASSWORD);
    await page.getByRole('button', { name: 'Log out' }).click();
    await page.getByLabel('Password').waitFor();
    expect(await context.cookies()).toEqual([]);
    await page.reload();
    await page.getByLabel('Password').waitFor();
  });
});

describe('a session', () => {
  it('that ends while somebody looks asks to log in again, and goes on where it was', async () => {
    const { page, context, tryLogIn } = await enter();
    refusedWith('401');
    const admin = { name: 'admin:admin', basic: { username: 'admin', password: PASSWORD }, scopes: [] };
    const almostOver = new Sessions([admin], () => Date.now() - SESSION_MS + 2_500);
    await setSession(context, scene.service.app.baseUrl, (await almostOver.begin(admin)).cookie);
    await page.goto('/admin/parked');
    await page.getByRole('link', { name: 'INVALID_EMAIL_ADDRESS' }).click();
    await page.getByText('The session has ended.').waitFor();
    await tryLogIn('admin', PASSWORD);
    await page.getByRole('link', { name: 'bea' }).waitFor();
  });

  it('ends when the password is changed', async () => {
    const { page } = await enter({ session: await beginSession(scene.service.app.baseUrl, 'admin', PASSWORD) });
    refusedWith('401', 'net::ERR_CONNECTION_REFUSED');
    await page.goto('/admin/clients');
    await page.getByRole('heading', { level: 1, name: 'Clients' }).waitFor();
    const port = new URL(scene.service.app.baseUrl).port;
    await scene.close();
    scene = await setScene({ PORT: port, ADMIN_PASSWORD: 'another password', SCIM_CREDENTIALS: CREDENTIALS });
    await page.getByText('The session has ended.').waitFor({ timeout: 20_000 });
    await scene.close();
    scene = await setScene({ PORT: port, ADMIN_PASSWORD: PASSWORD, SCIM_CREDENTIALS: CREDENTIALS });
    await scene.create('bea', 'bea at example');
    await page.reload();
    await page.getByRole('heading', { level: 1, name: 'Clients' }).waitFor();
  });
});

describe('whoever may only look', () => {
  it('sees every page and no action', async () => {
    const session = await beginSession(scene.service.app.baseUrl, READER.username, READER.password);
    const { page, open } = await enter({ session });
    await open('/admin');
    await page.getByText('(may only look)').waitFor();
    const actions: string[] = [];
    const links = page.getByRole('navigation', { name: 'Pages' }).getByRole('link');
    const paths = await Promise.all((await links.all()).map(async (link) => (await link.getAttribute('href')) ?? ''));
    expect(paths).toHaveLength(8);
    for (const path of [...paths, `/admin/users/${scene.idOf('bea')}`]) {
      await open(path);
      actions.push(...(await page.getByRole('main').getByRole('button').allTextContents()));
    }
    expect(actions).toEqual(['Find', 'Check the mapping', 'Compare', 'Show values']);
  });
});

describe('guessing passwords', () => {
  it('is stopped after ten attempts in a minute, the right one included', async () => {
    const { page, tryLogIn } = await enter();
    refusedWith('401', '429');
    await page.goto('/admin');
    for (let attempt = 0; attempt < 10; attempt += 1)
      await beginSession(scene.service.app.baseUrl, 'admin', 'x').catch(String);
    await tryLogIn('admin', PASSWORD);
    await page
      .getByRole('alert')
      .getByText(/too many attempts to log in: try again in \d+ seconds/)
      .waitFor();
  });
});
