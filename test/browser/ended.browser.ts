/** What becomes of a page when its session ends, or becomes somebody else's. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { Sessions } from '../../src/admin/web/sessions.ts';
import { setScene, type Scene } from './support/scene.ts';
import { connect, setSession, visit, type Visitor } from './support/visitor.ts';

const PASSWORD = 'a password of the people on call';
const NIGHT = 'who-is-awake-when-others-sleep';
const CREDENTIALS = JSON.stringify([
  { name: 'night', username: 'night', password: NIGHT, scopes: ['admin:read', 'admin:operate'] },
]);
const ADMIN = { name: 'admin:admin', basic: { username: 'admin', password: PASSWORD }, scopes: [] };
const NIGHT_SHIFT = { name: 'night', basic: { username: 'night', password: NIGHT }, scopes: [] };

/** What the browser says by itself of a call without a session. */
const REFUSED = /^Failed to load resource: .* status of 401/;

let browser: Browser;
let scene: Scene;
let visitor: Visitor;

/** Logging in so often would be too many attempts. */
const sessionOf = async (who: typeof ADMIN): Promise<string> =>
  (await new Sessions([ADMIN, NIGHT_SHIFT], () => Date.now()).begin(who)).cookie;

beforeAll(async () => {
  browser = await connect();
  scene = await setScene({ ADMIN_PASSWORD: PASSWORD, SCIM_CREDENTIALS: CREDENTIALS });
}, 60_000);
afterAll(async () => {
  await browser.close();
  await scene.close();
});

const enter = async (): Promise<Visitor> =>
  (visitor = await visit(browser, scene.service.app.baseUrl, { session: await sessionOf(ADMIN) }));

afterEach(async () => {
  await visitor.context.close();
  expect(visitor.complaints.filter((one) => !REFUSED.test(one))).toEqual([]);
});

describe('a session', () => {
  it('that ends leaves what was typed into a page, for whoever logs in again', async () => {
    const { page, context, audit, open, tryLogIn } = await enter();
    await open('/admin/mapping');
    const typed = page.getByLabel('A SCIM user');
    await typed.fill('{ "userName": "half a use');
    await context.clearCookies();
    await page.getByText('The session has ended.').waitFor();
    expect(await audit()).toEqual([]);
    await page.keyboard.press('Escape');
    await page.keyboard.press('Escape');
    await page.getByText('The session has ended.').waitFor();
    const calls: string[] = [];
    page.on('request', (one) => one.url().includes('/admin/api') && calls.push(one.url()));
    await page.waitForTimeout(5_000);
    expect(calls).toEqual([]);
    await tryLogIn('admin', PASSWORD);
    await page.getByText('The session has ended.').waitFor({ state: 'detached' });
    expect(await typed.inputValue()).toBe('{ "userName": "half a use');
    expect(await page.locator('textarea:focus').inputValue()).toBe('{ "userName": "half a use');
    expect(await page.title()).toBe('Mapping · scim-salesforce');
  });

  it('that ends leaves a question open, with the reason that was being typed', async () => {
    const { page, context, open, tryLogIn } = await enter();
    await open('/admin');
    await page.getByRole('button', { name: 'Pause' }).click();
    await page.getByLabel('Reason').fill('the org moves at ni');
    await context.clearCookies();
    await page.getByText('The session has ended.').waitFor();
    await tryLogIn('admin', PASSWORD);
    await page.getByText('The session has ended.').waitFor({ state: 'detached' });
    expect(await page.getByLabel('Reason').inputValue()).toBe('the org moves at ni');
    expect(await page.locator('input:focus').getAttribute('name')).toBe('reason');
  });

  it('of somebody else who logs in after it begins with the page anew', async () => {
    const { page, context, open, tryLogIn } = await enter();
    await open('/admin/mapping');
    await page.getByLabel('A SCIM user').fill('of the admin');
    await context.clearCookies();
    await page.getByText('The session has ended.').waitFor();
    await tryLogIn('night', NIGHT);
    await page.getByRole('banner').getByText('night').waitFor();
    expect(await page.getByLabel('A SCIM user').inputValue()).toContain('robin');
  });
});

describe('a second tab', () => {
  it('in which somebody else logs in shows in the first one who it is', async () => {
    const { page, context, open } = await enter();
    await open('/admin');
    await page.getByRole('banner').getByText('admin:admin').waitFor();
    const other = await context.newPage();
    await other.goto('/admin/clients');
    await other.getByRole('button', { name: 'Log out' }).click();
    await page.getByText('The session has ended.').waitFor();
    await other.getByLabel('User name').fill('night');
    await other.getByLabel('Password').fill(NIGHT);
    await other.getByRole('button', { name: 'Log in' }).click();
    await page.getByRole('banner').getByText('night').waitFor();
    await page.getByRole('status').getByText('night is logged in now, no longer admin:admin.').waitFor();
    await page.getByText('The session has ended.').waitFor({ state: 'detached' });
  });

  it('that the first one did not hear of lets it do nothing under another name', async () => {
    const { page, context, open } = await enter();
    await open('/admin');
    await page.getByRole('button', { name: 'Pause' }).click();
    await page.getByLabel('Reason').fill('as the admin');
    await setSession(context, scene.service.app.baseUrl, await sessionOf(NIGHT_SHIFT));
    await page.keyboard.press('Enter');
    await page.getByRole('banner').getByText('night').waitFor();
    const authorization = `Basic ${Buffer.from(`admin:${PASSWORD}`).toString('base64')}`;
    const { body } = await scene.service.admin('GET', '/status', undefined, { authorization });
    expect(body).toMatchObject({ delivery: 'running' });
  });
});
