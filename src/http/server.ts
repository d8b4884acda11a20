/** The HTTP server: which scope lies where, limits, and one log event a request. */
import Fastify, {
  LogController,
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyPluginAsync,
  type FastifyReply,
  type FastifyRequest,
} from 'fastify';
import type { OperationContext } from '../operations/context.ts';
import { invalidVers, ScimError } from '../scim/errors.ts';
import type { ProfileName } from '../scim/profiles/profile.ts';
import { answeredRequest, type TracedRequest } from './answered-request.ts';
import type { Credential, VerifyJwt } from './auth.ts';
import type { OnClient } from './client.ts';
import { healthRoutes } from './health.ts';
import { metricsRoute, type MetricsOptions } from './metrics.ts';
import { MAX_BODY_BYTES } from './scim/discovery.ts';
import { sendScimError } from './scim/error-handler.ts';
import { scimScope } from './scim/scope.ts';
import { sendScim1Error } from './scim1/errors.ts';
import { scim1Scope, type Scim1Options } from './scim1/scope.ts';
import { traceIdOf, traceRequests, type BeginTrace } from './trace.ts';
import { answerUnreadable } from './unreadable.ts';

/** The second is WSO2's own path. */
export const SCIM_PATHS = ['/scim/v2', '/scim2'] as const;
/** Of SCIM 1.1; the second is what WSO2 IS 5 has itself. */
export const SCIM1_PATHS = ['/scim/v1', '/wso2/scim'] as const;

export interface ServerOptions {
  readonly context: OperationContext;
  readonly credentials: readonly Credential[];
  /** Absent: no JWT lets anybody in. */
  readonly verifyJwt?: VerifyJwt;
  /** Profile of clients that neither their credential nor their User-Agent tells. */
  readonly profile: ProfileName;
  /** userNames of the credentials that are users, by the name of the credential. */
  readonly users: ReadonlyMap<string, string>;
  readonly scim1: Scim1Options;
  /** What is served beside SCIM. */
  readonly others: readonly OtherScope[];
  /** Told of every request that a credential let in. */
  readonly onClient?: OnClient;
  readonly logger: FastifyBaseLogger;
  readonly ready: () => Promise<void>;
  readonly metrics: MetricsOptions;
  /** Told of each request once it is answered. */
  readonly onAnswered: (request: TracedRequest) => void;
  /** Absent: requests have no spans. */
  readonly beginTrace?: BeginTrace;
  readonly newRequestId: () => string;
  /** Host names that requests may name; absent: any. */
  readonly hosts?: ReadonlySet<string>;
  /** PEM texts; serves HTTPS when given. */
  readonly tls?: { readonly cert: string; readonly key: string; readonly clientCa?: string };
}

/** A part of the server with a protocol of its own. */
export interface OtherScope {
  /** Path that it lies below, e.g. `/admin/api`. */
  readonly prefix: string;
  readonly plugin: FastifyPluginAsync;
  /** Answers faults below the prefix that no route of it has a hand in. */
  readonly sendError: SendError;
}

type SendError = (error: unknown, request: FastifyRequest, reply: FastifyReply) => FastifyReply;

export async function createServer(options: ServerOptions): Promise<FastifyInstance> {
  const server: FastifyInstance = Fastify({
    loggerInstance: options.logger,
    logController: new LogController({ disableRequestLogging: true }),
    // A child logger for each request costs more than a GET; what we log carries the request id itself.
    childLoggerFactory: (logger) => logger,
    bodyLimit: MAX_BODY_BYTES,
    rewriteUrl: (request) => withoutSuffix(request.url ?? '/'),
    genReqId: (request) => givenRequestId(request.headers['x-request-id']) ?? options.newRequestId(),
    requestIdHeader: false,
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 1024 },
    frameworkErrors: (error, request, reply) => void senderOf(options, request.url)(error, request, reply),
    clientErrorHandler: answerUnreadable,
    https: options.tls ? httpsOptions(options.tls) : null,
  });
  traceRequests(server, options.beginTrace, ({ url }) => isBelow(tracedPaths(options), url));
  if (options.hosts) refuseOtherHosts(server, options, options.hosts);
  tellOfRequests(server, options.onAnswered);
  await server.register(healthRoutes, { ready: options.ready });
  await server.register(metricsRoute, options.metrics);
  const { context, credentials, verifyJwt, profile, users, scim1, onClient } = options;
  const scope = { context, credentials, profile, ...(verifyJwt && { verifyJwt }), ...(onClient && { onClient }) };
  for (const prefix of SCIM_PATHS) await server.register(scimScope, { prefix, ...scope, users });
  for (const prefix of SCIM1_PATHS) await server.register(scim1Scope, { prefix, ...scope, ...scim1 });
  for (const { prefix, plugin } of options.others) await server.register(plugin, { prefix });
  server.setNotFoundHandler((request, reply) => sendScimError(nothingAt(request.url), request, reply));
  return server;
}

/** A version in the path that is not served is told from a path that is nothing (RFC 7644 §3.13). */
function nothingAt(url: string): ScimError {
  const [, version] = /^\/scim\/(v[^/?]*)/.exec(url) ?? [];
  if (version !== undefined) return invalidVers(`SCIM ${version} is not supported: use ${SCIM_PATHS[0]}`);
  return new ScimError(404, undefined, `nothing is here; SCIM is at ${SCIM_PATHS[0]}, the console at /admin`);
}

/** `/Users.scim` asks for what `/Users` is answered with anyway (RFC 7644 §3.8); SCIM 1.1 writes `.json` (API §3.7). */
function withoutSuffix(url: string): string {
  if (isScim1(url)) return url.replace(/^([^?]*[^?/])\.json(?=\?|$)/, '$1');
  return isBelow(SCIM_PATHS, url) ? url.replace(/^([^?]*[^?/])\.scim(?=\?|$)/, '$1') : url;
}

/** How faults below a path are answered. */
function senderOf({ others, scim1 }: ServerOptions, url: string): SendError {
  const other = others.find(({ prefix }) => isBelow([prefix], url));
  if (other) return other.sendError;
  return isScim1(url) ? sendScim1Error(scim1) : sendScimError;
}

/** Probes and scrapes come every few seconds, and tell nobody anything. */
const tracedPaths = ({ others }: ServerOptions): readonly string[] => [
  ...SCIM_PATHS,
  ...SCIM1_PATHS,
  ...others.map(({ prefix }) => prefix),
];

const isBelow = (paths: readonly string[], url: string): boolean => paths.some((path) => url.startsWith(`${path}/`));
const isScim1 = (url: string): boolean => isBelow(SCIM1_PATHS, url);

/** A proxy's request id is taken over where it looks like one: it goes into the log and the journal. */
function givenRequestId(header: string | readonly string[] | undefined): string | undefined {
  return typeof header === 'string' && /^[\w.:/+=-]{1,128}$/.test(header) ? header : undefined;
}

const httpsOptions = ({ cert, key, clientCa }: NonNullable<ServerOptions['tls']>) => ({
  cert,
  key,
  ...(clientCa !== undefined && { ca: clientCa, requestCert: true, rejectUnauthorized: true }),
});

/**
 * A web page that makes its own name point to this machine (DNS rebinding) reaches loopback, where the default password
 * is known to everybody; its name in the Host header gives it away.
 */
function refuseOtherHosts(server: FastifyInstance, options: ServerOptions, hosts: ReadonlySet<string>): void {
  server.addHook('onRequest', (request, reply, done) => {
    if (hosts.has(request.hostname)) return done();
    const detail = `with the default password this service answers to ${[...hosts].join(', ')}: set SCIM_PASSWORD and ADMIN_PASSWORD`;
    senderOf(options, request.url)(new ScimError(421, undefined, detail), request, reply);
  });
}

function tellOfRequests(server: FastifyInstance, onAnswered: (request: TracedRequest) => void): void {
  server.addHook('onResponse', (request, reply, done) => {
    const answered = answeredRequest(request, reply);
    const { trace } = request;
    request.log.info(trace ? { ...answered, traceId: traceIdOf(trace) } : answered, 'request answered');
    onAnswered(trace ? { ...answered, trace } : answered);
    done();
  });
}
