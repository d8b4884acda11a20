/** A server that logs anybody in and answers API calls as a test says, down to broken connections. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { createLeadTarget, type SalesforceLeads } from '../../src/salesforce/leads.ts';
import type { SalesforceAuth, SalesforceEvent, SalesforceOptions } from '../../src/salesforce/options.ts';

export interface Seen {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
  readonly remotePort: number;
}

export interface Reply {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON, a string as it is. */
  readonly body?: unknown;
  readonly delayMs?: number;
  /** `before` answers nothing; `halfway` breaks off in the body. */
  readonly reset?: 'before' | 'halfway';
}

type Answerer = (seen: Seen, index: number) => Reply;

export interface Stub {
  readonly url: string;
  readonly tokenCalls: readonly Seen[];
  readonly apiCalls: readonly Seen[];
  close(): Promise<void>;
}

/** The token that the n-th login is given, counted from 1. */
export const tokenNumber = (n: number): string => `00Dxx0000001gER!AQ8AQ.token-${n}`;

export const logIn =
  (instanceUrl?: string): Answerer =>
  (seen, index) => ({
    body: {
      access_token: tokenNumber(index + 1),
      instance_url: instanceUrl ?? `http://${seen.headers.host ?? ''}`,
      token_type: 'Bearer',
      issued_at: '1278448832702',
    },
  });

export const SESSION_EXPIRED: Reply = {
  status: 401,
  body: [{ message: 'Session expired or invalid', errorCode: 'INVALID_SESSION_ID' }],
};

/** Results of a collection for every record that the call names. */
export function acceptAll({ method, path, body }: Seen): Reply {
  if (method === 'DELETE') {
    const ids = new URL(path, 'http://stub').searchParams.get('ids')?.split(',') ?? [];
    return { body: ids.map((id) => ({ id, success: true, errors: [] })) };
  }
  const { records } = JSON.parse(body) as { records: { id?: string }[] };
  return {
    body: records.map(({ id }, index) => ({
      id: id ?? leadId(index),
      success: true,
      errors: [],
      created: id === undefined,
    })),
  };
}

export const leadId = (index: number): string => `00Q${String(index).padStart(12, '0')}AAA`;

export async function startStub(api: Answerer, token: Answerer = logIn()): Promise<Stub> {
  const tokenCalls: Seen[] = [];
  const apiCalls: Seen[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((request, response) => {
    void see(request).then((seen) => {
      const isToken = seen.path === '/services/oauth2/token';
      const calls = isToken ? tokenCalls : apiCalls;
      const index = calls.push(seen) - 1;
      return respond(response, (isToken ? token : api)(seen, index));
    });
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      sockets.forEach((socket) => socket.destroy());
    });
  return { url: `http://127.0.0.1:${port}`, tokenCalls, apiCalls, close };
}

async function see(request: IncomingMessage): Promise<Seen> {
  const { method = '', url: path = '', headers, socket } = request;
  const remotePort = socket.remotePort ?? 0;
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return { method, path, headers, body: Buffer.concat(chunks).toString(), remotePort };
}

async function respond(response: ServerResponse, reply: Reply): Promise<void> {
  if (reply.delayMs !== undefined) await new Promise((resolve) => setTimeout(resolve, reply.delayMs));
  if (reply.reset === 'before') return void response.socket?.resetAndDestroy();
  const { status = 200, body = '' } = reply;
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const headers = {
    ...(typeof body === 'string' ? {} : { 'content-type': 'application/json;charset=UTF-8' }),
    ...reply.headers,
  };
  if (reply.reset !== 'halfway') return void response.writeHead(status, headers).end(text);
  response.writeHead(status, { ...headers, 'content-length': String(text.length + 10) }).write(text, () => {
    response.socket?.resetAndDestroy();
  });
}

/** Epoch milliseconds at which the clock of every test stands. */
export const NOW = Date.UTC(2026, 10, 23, 12);

/** Far enough for any call. */
export const LATER = NOW + 60_000;

export const PASSWORD_AUTH: SalesforceAuth = {
  kind: 'password',
  clientId: 'the-consumer-key',
  clientSecret: 'the-consumer-secret',
  username: 'integration@example.com',
  password: 'pass&word',
  securityToken: 'Tok3n',
};

export interface Client {
  readonly leads: SalesforceLeads;
  readonly events: SalesforceEvent[];
}

/** A client of an org that has no external-id field. */
export function createPlainClient(url: string, options: Partial<SalesforceOptions> = {}): Client {
  const events: SalesforceEvent[] = [];
  const onEvent = (event: SalesforceEvent): void => void events.push(event);
  const leads = createLeadTarget({
    loginUrl: url,
    apiVersion: '67.0',
    auth: PASSWORD_AUTH,
    now: () => NOW,
    onEvent,
    ...options,
  });
  return { leads, events };
}

/** A client of `url`, whose org has SCIM_Id__c on Lead, and whose events are collected. */
export const createClient = (url: string, options: Partial<SalesforceOptions> = {}): Client =>
  createPlainClient(url, { externalIdField: 'SCIM_Id__c', ...options });
