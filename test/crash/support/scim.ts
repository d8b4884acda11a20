/** One SCIM request of a simulated client, and which answers a service may give while it is being killed. */
import { Agent, request } from 'node:http';
import { AUTHORIZATION } from '../../support/service.ts';

export interface Answered {
  readonly kind: 'answered';
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: Readonly<Record<string, unknown>>;
}

/** No complete answer came: whether the request was carried out is not known. */
export interface Broken {
  readonly kind: 'broken';
  readonly reason: string;
}

export type Reply = Answered | Broken;

export interface Sent {
  readonly method: string;
  readonly path: string;
  readonly body?: unknown;
  readonly ifMatch?: string;
}

/** Longer than a process is ever held by SIGSTOP. */
const TIMEOUT_MS = 45_000;
const agent = new Agent({ keepAlive: true, maxSockets: 64 });

export function send(root: string, { method, path, body, ifMatch }: Sent): Promise<Reply> {
  const text = body === undefined ? undefined : JSON.stringify(body);
  const headers = {
    authorization: AUTHORIZATION,
    ...(text !== undefined && { 'content-type': 'application/scim+json', 'content-length': Buffer.byteLength(text) }),
    ...(ifMatch !== undefined && { 'if-match': ifMatch }),
  };
  return new Promise((resolve) => {
    const broken = (error: Error): void => resolve({ kind: 'broken', reason: error.message });
    const outgoing = request(`${root}${path}`, { method, headers, agent, timeout: TIMEOUT_MS }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('error', broken);
      answer.on('end', () => {
        if (!answer.complete) return broken(new Error('half an answer'));
        const { statusCode = 0, headers: answered } = answer;
        resolve({ kind: 'answered', status: statusCode, headers: answered, body: parse(Buffer.concat(chunks)) });
      });
    });
    outgoing.on('error', broken);
    outgoing.on('timeout', () => outgoing.destroy(new Error(`no answer within ${TIMEOUT_MS} ms`)));
    outgoing.end(text);
  });
}

function parse(bytes: Buffer): Readonly<Record<string, unknown>> {
  const text = bytes.toString();
  // A body that is no JSON is told by the members that are missing.
  return text.startsWith('{') ? (JSON.parse(text) as Record<string, unknown>) : {};
}

/** A 503 says when to come back, and says so as SCIM does. */
export function isProperUnavailable({ status, headers, body }: Answered): boolean {
  const schemas = Array.isArray(body['schemas']) ? body['schemas'] : [];
  return (
    status === 503 &&
    Number(headers['retry-after']) > 0 &&
    schemas.includes('urn:ietf:params:scim:api:messages:2.0:Error') &&
    body['status'] === '503'
  );
}

export function describeReply(reply: Reply): string {
  return reply.kind === 'broken' ? `broken (${reply.reason})` : `${reply.status} ${JSON.stringify(reply.body)}`;
}

/** Whether a request was carried out is not known: the connection broke, or a 503 came in its stead. */
export const isUndecided = (reply: Reply): boolean => reply.kind === 'broken' || reply.status === 503;

export const etagVersion = ({ headers }: Answered): number => {
  const [, version] = /^W\/"(\d+)"$/.exec(String(headers['etag'])) ?? [];
  return Number(version);
};
