/** Somebody who looks at the console with a browser of their own, and notes what the browser complains about. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';
import { SESSION_COOKIE } from '../../../src/admin/web/sessions.ts';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

export interface Visitor {
  readonly context: BrowserContext;
  readonly page: Page;
  /** Errors and warnings of the page's console, of its scripts and of its content security policy so far. */
  readonly complaints: string[];
  /** Fills the log-in in and sends it, with whatever outcome. */
  readonly tryLogIn: (username: string, password: string) => Promise<void>;
  /** Goes to a page and waits until it is there with what it shows. */
  readonly open: (path: string) => Promise<void>;
  /** @returns what axe finds wrong with what is shown now, one line each */
  readonly audit: () => Promise<readonly string[]>;
}

export interface VisitorOptions {
  /** Cookie of a session; absent: nobody is logged in. */
  readonly session?: string;
  readonly colorScheme?: 'light' | 'dark';
  readonly width?: number;
  readonly height?: number;
}

export const connect = (): Promise<Browser> => {
  const endpoint = process.env['TEST_BROWSER'];
  if (endpoint === undefined) throw new Error('no browser: jest did not run the global set-up of this suite');
  return chromium.connect(endpoint);
};

/** @returns the cookie of a new session @throws when there is none for these */
export async function beginSession(baseUrl: string, username = 'admin', password = 'admin'): Promise<string> {
  const answer = await fetch(`${baseUrl}/admin/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-requested-with': 'scim-salesforce-console' },
    body: JSON.stringify({ username, password }),
  });
  const [cookie = ''] = answer.headers.getSetCookie();
  const [, value] = /^[^=]+=([^;]+)/.exec(cookie) ?? [];
  if (value === undefined) throw new Error(`no session: ${answer.status} ${await answer.text()}`);
  return value;
}

const TIMEOUT_MS = 10_000;

/** @param baseUrl of the service; paths of the page are relative to it */
export async function visit(
  browser: Browser,
  baseUrl: string,
  { session, colorScheme = 'light', width = 1280, height = 900 }: VisitorOptions = {},
): Promise<Visitor> {
  const context = await browser.newContext({ baseURL: baseUrl, colorScheme, viewport: { width, height } });
  context.setDefaultTimeout(TIMEOUT_MS);
  if (session !== undefined) await setSession(context, baseUrl, session);
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('pageerror', ({ message }) => complaints.push(message));
  return {
    context,
    page,
    complaints,
    tryLogIn: async (username, password) => {
      await page.getByLabel('User name').fill(username);
      await page.getByLabel('Password').fill(password);
      await page.getByRole('button', { name: 'Log in' }).click();
    },
    open: async (path) => {
      await page.goto(path);
      await page.getByRole('heading', { level: 1 }).waitFor();
      await page.getByText('Loading …').first().waitFor({ state: 'detached' });
    },
    audit: () => audit(page),
  };
}

export const setSession = (context: BrowserContext, baseUrl: string, value: string): Promise<void> =>
  context.addCookies([
    {
      name: SESSION_COOKIE,
      value,
      domain: new URL(baseUrl).hostname,
      path: '/admin',
      httpOnly: true,
      sameSite: 'Strict',
    },
  ]);

interface AxeResults {
  readonly violations: readonly {
    readonly id: string;
    readonly nodes: readonly { readonly target: readonly string[]; readonly failureSummary?: string }[];
  }[];
}

async function audit(page: Page): Promise<readonly string[]> {
  await page.evaluate(axe);
  const { violations } = await page.evaluate<AxeResults>('axe.run({ resultTypes: ["violations"] })');
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary = '' }) => `${id}: ${target.join(' ')}: ${failureSummary}`),
  );
}
