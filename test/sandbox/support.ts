/** How the tests start a stand-in and speak raw HTTP to it. */
import { afterEach } from '@jest/globals';
import { startSandbox, type SandboxOptions } from '../../src/sandbox/sandbox.ts';

export type Json = Record<string, unknown>;

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The parsed body; null for an empty one. */
  readonly json: unknown;
}

export interface Client {
  readonly url: string;
  readonly token: string;
  /** Sends to any address of the stand-in, without a session unless a header brings one. */
  readonly raw: (method: string, path: string, body?: unknown, headers?: Record<string, string>) => Promise<Reply>;
  /** Sends to an address below /services/data/v67.0 with the session. */
  readonly send: (method: string, path: string, body?: unknown, headers?: Record<string, string>) => Promise<Reply>;
  /** Runs a query and answers its records. */
  readonly query: (soql: string) => Promise<Json[]>;
  /** Creates a Lead with the required fields and answers its id. */
  readonly createLead: (fields?: Json) => Promise<string>;
  readonly close: () => Promise<void>;
}

const open: Client[] = [];

afterEach(async () => {
  await Promise.all(open.splice(0).map((client) => client.close()));
});

function encodeBody(body: unknown): string | URLSearchParams | undefined {
  if (body === undefined || typeof body === 'string' || body instanceof URLSearchParams) return body;
  return JSON.stringify(body);
}

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
};

async function request(
  address: string,
  method: string,
  body: unknown,
  headers: Record<string, string>,
): Promise<Reply> {
  const content = encodeBody(body);
  const type =
    content === undefined || content instanceof URLSearchParams ? {} : { 'content-type': 'application/json' };
  const init = { method, headers: { ...type, ...headers }, ...(content === undefined ? {} : { body: content }) };
  const response = await fetch(address, init);
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, json: parse(text) };
}

export const LOGIN = {
  grant_type: 'password',
  client_id: 'app',
  client_secret: 'secret',
  username: 'a@b.example',
  password: 'pw',
};

/** A client without a session, for the stand-in at `url`. */
async function connect(url: string, close: () => Promise<void>): Promise<Client> {
  const raw: Client['raw'] = (method, path, body, headers = {}) => request(url + path, method, body, headers);
  const login = await raw('POST', '/services/oauth2/token', new URLSearchParams(LOGIN));
  const token = String((login.json as Json | null)?.['access_token']);
  const send: Client['send'] = (method, path, body, headers = {}) =>
    raw(method, `/services/data/v67.0${path}`, body, { authorization: `Bearer ${token}`, ...headers });
  const query: Client['query'] = async (soql) => {
    const { json } = await send('GET', `/query?q=${encodeURIComponent(soql)}`);
    return (json as { records: Json[] }).records;
  };
  const createLead: Client['createLead'] = async (fields = {}) => {
    const { json } = await send('POST', '/sobjects/Lead', { LastName: 'Doe', Company: 'Acme', ...fields });
    return String((json as Json)['id']);
  };
  return { url, token, raw, send, query, createLead, close };
}

/** Starts a stand-in with one logged-in client; it is closed after the test. */
export async function start(options: SandboxOptions = {}): Promise<Client> {
  const sandbox = await startSandbox(options);
  const client = await connect(sandbox.url, () => sandbox.close());
  open.push(client);
  return client;
}

/** A clock that moves only when told. */
export function createClock(start = '2026-03-04T05:06:07Z') {
  let time = new Date(start).getTime();
  return { now: () => new Date(time), advance: (ms: number) => (time += ms) };
}

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;

export const lead = (fields: Json): Json => ({
  attributes: { type: 'Lead' },
  LastName: 'Doe',
  Company: 'Acme',
  ...fields,
});

/** The first element of an error array. */
export const firstError = (reply: Reply): unknown => (reply.json as unknown[])[0];
