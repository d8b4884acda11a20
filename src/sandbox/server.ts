/** How HTTP reaches the org: raw bodies in, faults and latency on the way, Salesforce's headers out. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { gunzipSync, gzipSync, inflateSync } from 'node:zlib';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { settleJobs } from './bulk/process-job.ts';
import { addControl } from './control/control.ts';
import { answerFault } from './control/fault-answer.ts';
import { takeFault, type FaultAction } from './control/faults.ts';
import { answerOutage } from './control/outage.ts';
import { countRows } from './control/count-rows.ts';
import { jsonInvalid, SalesforceError, unexpectedError, uploadTooLarge } from './errors.ts';
import { findOAuthEndpoint } from './oauth/endpoints.ts';
import type { Org } from './org.ts';
import { answerError, type Answer } from './rest/call.ts';
import { findDataEndpoint, OTHER_ADDRESS } from './rest/data.ts';
import type { Endpoint, ServiceRequest } from './service-request.ts';

/** Of bulk data; other bodies have less (rest/data.ts). */
const MAX_BODY_BYTES = 150 * 1024 * 1024;
/** Below it packing costs more than it saves. */
const MIN_GZIP_BYTES = 2048;

const HEADERS = { 'Cache-Control': 'no-cache,must-revalidate,max-age=0,no-store,private' };

const UNPACK: Readonly<Record<string, (body: Buffer) => Buffer>> = {
  gzip: (body) => gunzipSync(body, { maxOutputLength: MAX_BODY_BYTES }),
  deflate: (body) => inflateSync(body, { maxOutputLength: MAX_BODY_BYTES }),
};

function unpack(body: Buffer, encoding = ''): Buffer {
  try {
    return UNPACK[encoding.toLowerCase()]?.(body) ?? body;
  } catch {
    throw jsonInvalid(`The entity body is not valid ${encoding}`);
  }
}

function toServiceRequest(request: FastifyRequest): ServiceRequest {
  const [path = '', ...search] = (request.raw.url ?? '').split('?');
  const { method, headers, body } = request;
  return {
    method,
    path,
    query: new URLSearchParams(search.join('?')),
    headers,
    body: Buffer.isBuffer(body) ? body : null,
    overlaps: false,
  };
}

const findEndpoint = (method: string, path: string): Endpoint =>
  findDataEndpoint(method, path) ?? findOAuthEndpoint(method, path) ?? OTHER_ADDRESS;

function contentOf({ raw, body }: Answer): { type: string; text: string } | null {
  if (raw) return raw;
  return body === undefined ? null : { type: 'application/json;charset=UTF-8', text: JSON.stringify(body) };
}

function send(reply: FastifyReply, request: FastifyRequest, answer: Answer): FastifyReply {
  const content = contentOf(answer);
  void reply.code(answer.status).headers({ ...HEADERS, ...answer.headers });
  if (answer.status === 401) void reply.header('WWW-Authenticate', 'Token');
  if (!content) return reply.send();
  void reply.header('Content-Type', content.type);
  const isPacked = content.text.length >= MIN_GZIP_BYTES && /\bgzip\b/.test(String(request.headers['accept-encoding']));
  if (!isPacked) return reply.send(content.text);
  return reply.header('Content-Encoding', 'gzip').send(gzipSync(content.text, { level: 1 }));
}

function cut(reply: FastifyReply, request: FastifyRequest): FastifyReply {
  reply.hijack();
  request.raw.socket.resetAndDestroy();
  return reply;
}

/** Waiting must not keep a closed stand-in's process alive. */
const wait = (delayMs: number): Promise<void> => sleep(delayMs, undefined, { ref: false });

/** A call takes no time but this. */
async function waitInFlight(org: Org, kind: Endpoint['kind'], delayMs: number): Promise<void> {
  if (delayMs === 0) return;
  if (kind === 'token') org.loginsInFlight += 1;
  await wait(delayMs);
  if (kind === 'token') org.loginsInFlight -= 1;
}

/** What goes wrong with a call of that kind: the fault it meets, else what the switches say. */
function troubleOf({ config }: Org, kind: Endpoint['kind'], fault: FaultAction | null, request: ServiceRequest) {
  const reset = kind === 'api' && config.connectionReset !== 'off' ? config.connectionReset : undefined;
  const latencyMs = { api: config.latencyMs, token: config.tokenLatencyMs, other: 0 }[kind];
  const rowsMs = config.rowLatencyMs === 0 ? 0 : config.rowLatencyMs * countRows(request);
  const injected = fault && answerFault(fault, kind !== 'api');
  return {
    delayMs: (fault?.delayMs ?? 0) + latencyMs + rowsMs,
    reset: fault?.reset ?? (injected ? undefined : reset),
    answer: injected ?? answerOutage(config.outage, kind),
  };
}

/** Runs the call, with whatever goes wrong with it. */
async function answer(org: Org, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  settleJobs(org);
  const serviceRequest = toServiceRequest(request);
  const { method, path } = serviceRequest;
  const endpoint = findEndpoint(method, path);
  if (endpoint === OTHER_ADDRESS) return send(reply, request, endpoint.run(org, serviceRequest));
  org.calls.count(endpoint.route, endpoint.kind);
  const trouble = troubleOf(org, endpoint.kind, takeFault(org.faults, serviceRequest), serviceRequest);
  const overlaps = endpoint.kind === 'token' && org.loginsInFlight > 0;
  await waitInFlight(org, endpoint.kind, trouble.delayMs);
  if (trouble.reset === 'before') return cut(reply, request);
  const result = trouble.answer ?? endpoint.run(org, { ...serviceRequest, overlaps });
  return trouble.reset === 'after' ? cut(reply, request) : send(reply, request, result);
}

const isTooLarge = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'FST_ERR_CTP_BODY_TOO_LARGE';

function failure(error: unknown): Answer {
  if (isTooLarge(error)) return answerError(uploadTooLarge());
  return answerError(error instanceof SalesforceError ? error : unexpectedError(randomUUID()));
}

async function answerCounted(org: Org, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  org.inFlight += 1;
  try {
    return await answer(org, request, reply);
  } catch (error) {
    return await send(reply, request, failure(error));
  } finally {
    org.inFlight -= 1;
  }
}

/** Builds the server; it does not listen yet. */
export function buildServer(org: Org): FastifyInstance {
  const app = Fastify({
    forceCloseConnections: true,
    bodyLimit: MAX_BODY_BYTES,
    // An address that cannot be decoded never reaches a route.
    frameworkErrors: (_error, request, reply) => void answerCounted(org, request, reply),
  });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (request: FastifyRequest, body: Buffer) =>
    Promise.resolve(unpack(body, request.headers['content-encoding'])),
  );
  app.setErrorHandler((error, request, reply) => send(reply, request, failure(error)));
  app.all('/*', (request, reply) => answerCounted(org, request, reply));
  void app.register(addControl(org));
  return app;
}
