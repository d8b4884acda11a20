/** Pictures of the console for the docs: `npm run pictures` writes them into docs/images. */
import { mkdirSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { setScene, type Scene } from './support/scene.ts';
import { beginSession, connect, visit, type VisitorOptions } from './support/visitor.ts';

const FOLDER = fileURLToPath(new URL('../../docs/images/', import.meta.url));
/** They are in the repository for ever. */
const MAX_BYTES = 100_000;

const PEOPLE = ['ada', 'alan', 'barbara', 'donald', 'edsger', 'frances', 'grace', 'john', 'katherine', 'margaret'];

let browser: Browser;
let scene: Scene;
let session: string;

beforeAll(async () => {
  mkdirSync(FOLDER, { recursive: true });
  browser = await connect();
  scene = await setScene();
  for (const userName of PEOPLE) await scene.create(userName);
  await scene.create('robin', 'robin at wso2');
  await scene.create('marian', 'marian at wso2');
  await scene.lanes({ idle: PEOPLE.length, parked: 2 });
  await scene.service.admin('POST', '/pause', { reason: 'moving orgs' });
  for (const userName of PEOPLE) await scene.change(userName, 'title', 'Programmer');
  await scene.service.admin('POST', '/resume');
  await scene.lanes({ due: 0 });
  for (const userName of ['alan', 'john']) await scene.remove(userName);
  await scene.lanes({ held: 2 });
  await scene.editLead('ada', { Title: 'Countess', FirstName: 'Augusta' });
  await scene.loseLead('grace');
  session = await beginSession(scene.service.app.baseUrl);
}, 60_000);
afterAll(async () => {
  await browser.close();
  await scene.close();
});

interface Picture {
  readonly name: string;
  readonly path: () => string;
  readonly options?: VisitorOptions;
  /** What is done before it is taken. */
  readonly act?: (page: Page) => Promise<void>;
}

const press = (page: Page, name: string): Promise<void> => page.getByRole('button', { name, exact: true }).click();

const PICTURES: readonly Picture[] = [
  { name: 'console-overview', path: () => '/admin' },
  {
    name: 'console-parked',
    path: () => '/admin/parked?state=parked&class=data&code=INVALID_EMAIL_ADDRESS',
    options: { colorScheme: 'dark', height: 560 },
    act: async (page) => page.getByRole('link', { name: 'robin' }).waitFor(),
  },
  {
    name: 'console-user',
    path: () => `/admin/users/${scene.idOf('robin')}`,
    options: { height: 760 },
    act: async (page) => page.getByText('SCIM POST').waitFor(),
  },
  {
    name: 'console-compare',
    path: () => `/admin/users/${scene.idOf('ada')}`,
    act: async (page) => {
      await press(page, 'Compare');
      await page.getByRole('cell', { name: 'Augusta' }).waitFor();
      await page.getByRole('region', { name: 'Compared with Salesforce' }).scrollIntoViewIfNeeded();
    },
  },
  {
    name: 'console-reconcile',
    path: () => '/admin/reconcile',
    options: { height: 900 },
    act: async (page) => {
      await press(page, 'Compare');
      await page.getByRole('region', { name: 'Who differs' }).getByRole('cell', { name: 'drifted' }).waitFor();
      await press(page, 'Dismiss');
    },
  },
  {
    name: 'console-mapping',
    path: () => '/admin/mapping',
    act: async (page) => {
      await press(page, 'See the Lead');
      await page.getByRole('table', { name: 'The Lead' }).waitFor();
    },
  },
  { name: 'console-phone', path: () => '/admin', options: { width: 360, height: 740 } },
];

it.each(PICTURES)('$name', async ({ name, path, options, act }) => {
  const visitor = await visit(browser, scene.service.app.baseUrl, { session, width: 1100, height: 720, ...options });
  await visitor.open(path());
  await act?.(visitor.page);
  const file = `${FOLDER}${name}.png`;
  await visitor.page.screenshot({ path: file });
  await visitor.context.close();
  expect(statSync(file).size).toBeLessThan(MAX_BYTES);
});
