/** How one HTTP request goes out and what came back. Nothing here throws, and no axios object leaves. */
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import axios, { type AxiosInstance, type AxiosRequestConfig, type AxiosResponse } from 'axios';
import { beforeWriting } from './before-writing.ts';
import { isObject, listOf } from './json.ts';
import { refusedTunnel, Tunnels } from './tunnels.ts';

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Milliseconds until the last byte of the answer. */
  readonly timeoutMs: number;
  /** Epoch milliseconds: later the request is not begun. Whenever a connection is ready, by default. */
  readonly sendBy?: number;
}

export interface Answer {
  readonly kind: 'answered';
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** The parsed body, or the text of CSV; undefined when it is empty, of another type, or broken. */
  readonly body: unknown;
}

/** No complete answer came. */
export interface Loss {
  readonly kind: 'lost';
  /** Node's code; `DEADLINE` after `sendBy`, `PROXY_REFUSED` without a tunnel. */
  readonly code: string;
  readonly message: string;
  /** False when nothing of the request was written, so that the server cannot have seen it. */
  readonly mayHaveArrived: boolean;
}

export interface Transport {
  send(request: HttpRequest): Promise<Answer | Loss>;
  /** Closes every connection. */
  close(): void;
}

const SECOND = 1000;
const MIB = 1024 * 1024;

const AGENT_OPTIONS = {
  keepAlive: true,
  // One delivery is one call of up to 200 Leads; more than a few at once only queue for the same row locks.
  maxSockets: 10,
  // An idle connection is dropped before a firewall or load balancer does it silently, which would be a reset in mid-write.
  timeout: 30 * SECOND,
};

/**
 * Opens a pool of kept-alive connections. HTTP_PROXY, HTTPS_PROXY and NO_PROXY are honoured.
 *
 * @param now epoch milliseconds, for `sendBy`
 */
export function createTransport(now: () => number): Transport {
  const httpAgent = new HttpAgent(AGENT_OPTIONS);
  const httpsAgent = new HttpsAgent(AGENT_OPTIONS);
  const tunnels = new Tunnels(AGENT_OPTIONS);
  const http = createAxios(httpAgent, httpsAgent);
  return {
    send: (request) => send(http, tunnels, now, request),
    close: () => [httpAgent, httpsAgent, tunnels].forEach((pool) => pool.destroy()),
  };
}

function createAxios(httpAgent: HttpAgent, httpsAgent: HttpsAgent): AxiosInstance {
  return axios.create({
    httpAgent,
    httpsAgent,
    headers: { common: { Accept: 'application/json', 'Accept-Encoding': 'gzip' } },
    // A redirect could carry the token to another host; Salesforce has no reason to send one.
    maxRedirects: 0,
    maxContentLength: 20 * MIB,
    validateStatus: () => true,
    responseType: 'text',
    transformRequest: [(data: unknown) => data],
    transformResponse: [(data: unknown) => data],
  });
}

async function send(
  http: AxiosInstance,
  tunnels: Tunnels,
  now: () => number,
  request: HttpRequest,
): Promise<Answer | Loss> {
  const { method, url, headers, body, timeoutMs, sendBy = Number.POSITIVE_INFINITY } = request;
  const abort = new AbortController();
  // Axios' own `timeout` starts again with every chunk of the answer; this one bounds the whole call.
  const timer = setTimeout(() => abort.abort(), timeoutMs);
  const departure = { isLate: false, mayHaveArrived: false };
  const transport = beforeWriting(() => {
    departure.isLate = now() > sendBy;
    departure.mayHaveArrived = !departure.isLate;
    if (departure.isLate) abort.abort();
  });
  try {
    const tunnel = tunnels.agentFor(url);
    const config: AxiosRequestConfig<unknown> = {
      method,
      url,
      headers,
      data: body,
      signal: abort.signal,
      transport,
      // Axios would open a tunnel of its own.
      ...(tunnel && { proxy: false, httpsAgent: tunnel }),
    };
    return readAnswer(await http.request<unknown, AxiosResponse<unknown>>(config));
  } catch (error) {
    const { isLate, mayHaveArrived } = departure;
    if (isLate) return NOT_SENT;
    return {
      kind: 'lost',
      ...(abort.signal.aborted ? timedOut(departure, timeoutMs) : readLoss(error)),
      mayHaveArrived,
    };
  } finally {
    clearTimeout(timer);
  }
}

function readAnswer({ status, headers, data }: AxiosResponse<unknown>): Answer {
  const plain = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)]));
  return { kind: 'answered', status, headers: plain, body: parseBody(data, plain['content-type'] ?? '') };
}

/** A 204, an HTML page of a load balancer or half an answer is no JSON, whatever the status says. */
function parseBody(text: unknown, contentType: string): unknown {
  if (typeof text !== 'string' || text.trim() === '') return undefined;
  if (/^text\/csv\b/i.test(contentType)) return text;
  if (!/\bjson\b/i.test(contentType)) return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** What became of a request for which a connection was ready too late. */
export const NOT_SENT: Loss = {
  kind: 'lost',
  code: 'DEADLINE',
  message: 'not sent: no connection was ready in time',
  mayHaveArrived: false,
};

const timedOut = ({ mayHaveArrived }: Pick<Loss, 'mayHaveArrived'>, timeoutMs: number): LossReason => ({
  code: 'ETIMEDOUT',
  message: `no ${mayHaveArrived ? 'complete answer' : 'connection'} within ${timeoutMs} ms`,
});

/** Node's and axios' names for an answer that broke off half-way. */
const BROKEN_OFF = new Set(['ERR_STREAM_PREMATURE_CLOSE', 'Z_BUF_ERROR', 'HPE_INVALID_EOF_STATE']);

type LossReason = Pick<Loss, 'code' | 'message'>;

function readLoss(error: unknown): LossReason {
  const code = readText(error, 'code') ?? 'UNKNOWN';
  const message = readText(error, 'message') ?? '';
  const refusal = refusedTunnel(message);
  if (refusal !== undefined) return { code: 'PROXY_REFUSED', message: `the proxy answered ${refusal}` };
  const brokenOff = BROKEN_OFF.has(code) || message === 'stream has been aborted';
  return { code: brokenOff ? 'ECONNRESET' : code, message: message || readCauses(error) };
}

/** What Node said beneath axios; a host with IPv4 and IPv6 addresses fails once for each. */
function readCauses(error: unknown): string {
  const cause = isObject(error) ? error['cause'] : undefined;
  const each = listOf(cause, 'errors');
  return (each.length > 0 ? each : [cause]).map((one) => readText(one, 'message')).join('; ');
}

/** Takes one string off an error and leaves the rest, with its request and headers, behind. */
function readText(error: unknown, name: 'code' | 'message'): string | undefined {
  const value = isObject(error) ? error[name] : undefined;
  return typeof value === 'string' ? value : undefined;
}
