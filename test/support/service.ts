/** A whole service over real HTTP, with a stand-in of its own and an in-memory database. */
import { Writable } from 'node:stream';
import { startApp, type App } from '../../src/app.ts';
import { readConfiguration } from '../../src/config.ts';
import { createLogger } from '../../src/logger.ts';
import type { Engine } from './engines.ts';
import { startSandbox, type Sandbox } from '../../src/sandbox/sandbox.ts';

export interface TestService {
  readonly app: App;
  readonly sandbox: Sandbox;
  /** Everything that was logged so far. */
  log(): string;
  scim(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
  /** @param path below the admin API; bodies are sent as application/json */
  admin(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
  leads(): Promise<Record<string, unknown>[]>;
  close(): Promise<void>;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  /** Parsed body; undefined when there is none. */
  readonly body: Record<string, unknown>;
  readonly text: string;
}

export const AUTHORIZATION = `Basic ${Buffer.from('admin:admin').toString('base64')}`;

/** @param engine of the database; what `environment` sets comes before it */
export async function startService(engine: Engine, environment: Record<string, string> = {}): Promise<TestService> {
  const database = await engine.create();
  const sandbox = await startSandbox({ port: 0 });
  const lines: string[] = [];
  const stream = new Writable({
    write(chunk, _encoding, done) {
      lines.push(String(chunk));
      done();
    },
  });
  const { config, origins } = readConfiguration({
    PORT: '0',
    DATABASE_URL: database.url,
    SALESFORCE_LOGIN_URL: sandbox.url,
    SALESFORCE_CLIENT_ID: 'client-id-of-test',
    SALESFORCE_CLIENT_SECRET: 'client-secret-of-test',
    SALESFORCE_USERNAME: 'integration@example.com',
    SALESFORCE_PASSWORD: 'salesforce-password-of-test',
    SALESFORCE_EXTERNAL_ID_FIELD: 'SCIM_Id__c',
    // Suites end the lives of many within a minute; what the guard does is told by suites of its own.
    REMOVAL_GUARD_PERCENT: '100',
    ...environment,
  });
  const app = await startApp(config, createLogger('debug', stream), origins);
  return {
    app,
    sandbox,
    log: () => lines.join(''),
    scim: (method, path, body, headers) => request(`${app.scimUrl}${path}`, method, body, headers),
    admin: (method, path, body, headers) =>
      request(`${app.baseUrl}/admin/api${path}`, method, body, {
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      }),
    leads: async () =>
      (await fetch(`${sandbox.url}/sandbox/records/Lead`)).json() as Promise<Record<string, unknown>[]>,
    close: async () => {
      await app.stop();
      await sandbox.close();
      await database.drop();
    },
  };
}

/** Strings are sent as they are, everything else as JSON. */
export async function request(
  url: string,
  method: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const payload = body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) };
  const type: Record<string, string> = body === undefined ? {} : { 'content-type': 'application/scim+json' };
  const answer = await fetch(url, {
    method,
    ...payload,
    headers: { authorization: AUTHORIZATION, ...type, ...headers },
  });
  const text = await answer.text();
  const isJson = (answer.headers.get('content-type') ?? '').includes('json');
  return {
    status: answer.status,
    headers: answer.headers,
    text,
    body: isJson && text !== '' ? (JSON.parse(text) as Record<string, unknown>) : {},
  };
}

/** Asks again until `check` gives a value. @throws when it does not within `timeoutMs` */
export async function eventually<T>(check: () => Promise<T | undefined>, timeoutMs = 30_000): Promise<T> {
  const until = Date.now() + timeoutMs;
  for (;;) {
    const value = await check();
    if (value !== undefined) return value;
    if (Date.now() > until) throw new Error(`did not happen within ${timeoutMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
