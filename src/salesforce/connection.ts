/** How one call to the REST API is made: with a session, within a deadline, and once more after a 401. */
import { deadlineFault, done, failed, faultFromAnswer, faultFromLoss, type Result } from './errors.ts';
import { createGrant } from './grants.ts';
import { parseLimitInfo } from './limit-info.ts';
import { DEFAULT_TIMEOUT_MS, type SalesforceEvent, type SalesforceOptions } from './options.ts';
import { createTransport, NOT_SENT, type Answer, type HttpRequest, type Loss, type Transport } from './request.ts';
import { createScrubber, type Scrubber } from './secrets.ts';
import { TokenCache, type Session } from './token.ts';
import type { ApiUsage, Fault } from '../provisioning/lead-target.ts';

export interface ApiCall {
  readonly method: HttpRequest['method'];
  /** Below `/services/data/vNN.0/`, or from the root when it starts with a slash, as Salesforce's own links do. */
  readonly path: string;
  /** The path without query and values, for events. */
  readonly resource: string;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Sent as it is, in place of a body. */
  readonly csv?: string;
  /** Records sent, or a function that counts those in the answer. */
  readonly records?: number | ((body: unknown) => number);
  /** A POST that changes nothing. */
  readonly readsOnly?: boolean;
  /** Epoch milliseconds; a call that could not end before it is not sent. */
  readonly deadline: number;
}

/** A 2xx answer; `body` is undefined when there was none or it was neither JSON nor CSV, which is a text. */
export interface ApiReply {
  readonly status: number;
  readonly body: unknown;
}

export interface Connection {
  call(call: ApiCall): Promise<Result<ApiReply>>;
  /** Where the REST API is below the instance, as in `/services/data/v67.0/`. */
  readonly apiRoot: string;
  /** What an answer within an answer says. */
  readPart(answer: Pick<Answer, 'status' | 'body'>, isWrite: boolean): Result<ApiReply>;
  /** Epoch milliseconds by which a login and a call that start now have ended or timed out. */
  nextDeadline(): number;
  /** Where the org was at the latest login; undefined before the first. */
  instanceUrl(): string | undefined;
  /** Who logged in latest; undefined before that, and where Salesforce does not tell. */
  userId(): string | undefined;
  /** API calls of the org, as the latest answer told. */
  apiUsage(): ApiUsage | undefined;
  /** For who was told in another way. */
  noteUsage(usage: ApiUsage): void;
  /** Allows the next login after refused credentials were mended. */
  reset(): void;
  close(): void;
}

interface Context {
  readonly apiVersion: string;
  readonly timeoutMs: number;
  readonly now: () => number;
  readonly onEvent: (event: SalesforceEvent) => void;
  readonly transport: Transport;
  readonly tokens: TokenCache;
  readonly scrubber: Scrubber;
  /** What the latest answer told. */
  readonly usage: { latest?: ApiUsage };
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;

const MIN_CALL_MS = SECOND;
/** Of the time-out: what a batch is meant to take. A write that is sent with less time might be given up while it is carried out. */
const MIN_WRITE_SHARE = 1 / 4;

const CLIENT = 'scim-salesforce';

/** @throws TypeError when the login URL or the private key of the JWT bearer flow cannot be read */
export function connect(options: SalesforceOptions): Connection {
  const context = createContext(options);
  const { tokens, transport, timeoutMs, now } = context;
  return {
    call: (call) => callWithSession(context, call),
    apiRoot: apiRoot(context.apiVersion),
    readPart: (answer, isWrite) => readAnswer(context, { kind: 'answered', headers: {}, ...answer }, isWrite),
    nextDeadline: () => now() + 2 * timeoutMs,
    instanceUrl: () => tokens.instanceUrl,
    userId: () => tokens.userId,
    apiUsage: () => context.usage.latest,
    noteUsage: (usage) => {
      context.usage.latest = usage;
    },
    reset: () => tokens.reset(),
    close: () => transport.close(),
  };
}

function createContext(options: SalesforceOptions): Context {
  const { apiVersion, now, timeoutMs = DEFAULT_TIMEOUT_MS, sessionIdleMs = 90 * MINUTE } = options;
  const onEvent = options.onEvent ?? (() => undefined);
  const tokenUrl = new URL('/services/oauth2/token', options.loginUrl).href;
  const grant = createGrant(options);
  const transport = createTransport(now);
  const scrubber = createScrubber(options.auth);
  const tokens = new TokenCache({ tokenUrl, grant, transport, timeoutMs, sessionIdleMs, now, onEvent, scrubber });
  return { apiVersion, timeoutMs, now, onEvent, transport, tokens, scrubber, usage: {} };
}

/** Repeats once only: a 401 was not processed, so any call may go again, but a lasting 401 must not loop over logins. */
async function callWithSession(context: Context, call: ApiCall): Promise<Result<ApiReply>> {
  const session = await waitForSession(context, context.tokens.current(), call.deadline);
  if (session.kind === 'failed') return session;
  const result = await attempt(context, session.value, call);
  if (result.kind === 'done' || !isExpiredSession(result.fault)) return result;
  const renewal = context.tokens.renew(session.value);
  if (renewal === undefined) return result;
  const renewed = await waitForSession(context, renewal, call.deadline);
  return renewed.kind === 'failed' ? renewed : await attempt(context, renewed.value, call);
}

/** Longest delay that setTimeout takes. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** Waits for a login that others may share, but not beyond one's own deadline. */
async function waitForSession(
  { now }: Context,
  login: Promise<Result<Session>>,
  deadline: number,
): Promise<Result<Session>> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<Result<Session>>((resolve) => {
    const waitMs = Math.min(Math.max(0, deadline - now()), MAX_TIMER_MS);
    timer = setTimeout(() => resolve(failed(deadlineFault(0))), waitMs);
  });
  return await Promise.race([login, tooLate]).finally(() => clearTimeout(timer));
}

async function attempt(context: Context, session: Session, call: ApiCall): Promise<Result<ApiReply>> {
  const { now, transport, onEvent, timeoutMs } = context;
  const startedAtMs = now();
  const remainingMs = call.deadline - startedAtMs;
  const leastMs = Math.max(Math.min(MIN_CALL_MS, timeoutMs), isWrite(call) ? timeoutMs * MIN_WRITE_SHARE : 0);
  if (remainingMs < leastMs) return failed(deadlineFault(remainingMs));
  const request = toHttpRequest(session, call, context.apiVersion);
  const sendBy = call.deadline - leastMs;
  const answer = await transport.send({ ...request, timeoutMs: Math.min(timeoutMs, remainingMs), sendBy });
  if (answer === NOT_SENT) return failed(deadlineFault(call.deadline - now()));
  if (answer.kind === 'answered') noteAnswer(context, session, answer);
  const result = readResult(context, answer, call);
  onEvent(callEvent(call, result, now() - startedAtMs));
  return result;
}

function noteAnswer({ tokens, onEvent, usage: known }: Context, session: Session, { status, headers }: Answer): void {
  if (status !== 401) tokens.markUsed(session);
  const usage = parseLimitInfo(headers['sforce-limit-info']);
  if (usage === undefined) return;
  known.latest = usage;
  onEvent({ kind: 'quota', ...usage });
}

function toHttpRequest(session: Session, call: ApiCall, apiVersion: string): Omit<HttpRequest, 'timeoutMs'> {
  const path = call.path.startsWith('/') ? call.path : apiRoot(apiVersion) + call.path;
  const headers = {
    Authorization: `Bearer ${session.accessToken}`,
    'Sforce-Call-Options': `client=${CLIENT}`,
    'User-Agent': CLIENT,
  };
  // Joined as text: resolved as a reference, a path such as `//other.host/` would carry the token there.
  const request = { method: call.method, url: new URL(session.instanceUrl).origin + path };
  const all = isWrite(call) ? { ...headers, ...WRITE_HEADERS } : headers;
  if (call.csv !== undefined) return { ...request, headers: { ...all, 'Content-Type': 'text/csv' }, body: call.csv };
  return { ...request, ...withBody(call.body, all) };
}

const apiRoot = (apiVersion: string): string => `/services/data/v${apiVersion}/`;

/** The default is TRUE for Leads: an assignment rule would then replace the owner that the mapping chose. */
export const WRITE_HEADERS = { 'Sforce-Auto-Assign': 'FALSE' };

function withBody(body: unknown, headers: Record<string, string>): Pick<HttpRequest, 'headers' | 'body'> {
  if (body === undefined) return { headers };
  return { headers: { ...headers, 'Content-Type': 'application/json' }, body: JSON.stringify(body) };
}

export const isWrite = ({ method, readsOnly = false }: Pick<ApiCall, 'method' | 'readsOnly'>): boolean =>
  method !== 'GET' && !readsOnly;

function readResult(context: Context, answer: Answer | Loss, call: ApiCall): Result<ApiReply> {
  if (answer.kind === 'lost') return failed(context.scrubber.scrub(faultFromLoss(answer, isWrite(call))));
  return readAnswer(context, answer, isWrite(call));
}

function readAnswer({ now, scrubber }: Context, answer: Answer, wasWrite: boolean): Result<ApiReply> {
  const { status, body } = answer;
  if (status >= 200 && status < 300) return done({ status, body });
  return failed(scrubber.scrub(faultFromAnswer(answer, wasWrite, now())));
}

function callEvent(call: ApiCall, result: Result<ApiReply>, durationMs: number): SalesforceEvent {
  const { method, resource, records = 0 } = call;
  const event = { kind: 'call', method, resource, durationMs } as const;
  if (result.kind === 'done') {
    const { status, body } = result.value;
    return { ...event, status, records: typeof records === 'number' ? records : records(body) };
  }
  const { status, code } = result.fault;
  const sent = typeof records === 'number' ? records : 0;
  return { ...event, ...(status === undefined ? {} : { status }), code, records: sent };
}

/** A login cannot help a user who may not use the REST API at all, nor mend a malformed header. */
function isExpiredSession({ status, code, message }: Fault): boolean {
  return status === 401 && code !== 'INVALID_AUTH_HEADER' && !message.includes('not valid for use with the REST API');
}
