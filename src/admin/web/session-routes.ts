/** /admin/session: logging in to the console and out of it, and who is logged in. */
import type { IncomingMessage } from 'node:http';
import rateLimit from '@fastify/rate-limit';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { InvalidSession, KnownCredentials, type Credential } from '../../http/auth.ts';
import { isObject } from '../../scim/json.ts';
import { acceptJson } from '../api/json-bodies.ts';
import { Problem, sendProblem } from '../api/problem.ts';
import { refuseOtherSites } from '../api/same-origin.ts';
import { instant } from '../api/views.ts';
import {
  CONSOLE_HEADER,
  CONSOLE_NAME,
  CONSOLE_USER_HEADER,
  isOfConsole,
  SESSION_COOKIE,
  type Session,
  type Sessions,
  type SessionView,
} from './sessions.ts';

const MINUTE = 60 * 1000;
/** Of one address; more than somebody needs who mistypes, few enough that guessing a password takes years. */
const ATTEMPTS_A_MINUTE = 10;

const PATH = '/session';

export interface SessionOptions {
  /** All that there are, those of the admin API first: one of SCIM is told that it lacks a scope. */
  readonly credentials: readonly Credential[];
  readonly sessions: Sessions;
  /** Path that the cookie is sent to. */
  readonly cookiePath: string;
  /** Whose attempts are counted together. */
  readonly addressOf: (request: IncomingMessage) => string;
  /** Whether people reach the service by https. */
  readonly isSecure: () => boolean;
}

/** `scope` parses cookies. */
export async function sessionRoutes(scope: FastifyInstance, options: SessionOptions): Promise<void> {
  const { credentials, sessions, cookiePath, addressOf, isSecure } = options;
  const known = new KnownCredentials(credentials);
  const cookie = () => ({ path: cookiePath, httpOnly: true, sameSite: 'strict', secure: isSecure() }) as const;
  scope.setErrorHandler(sendProblem);
  refuseOthers(scope);
  refuseOtherSites(scope);
  acceptJson(scope);
  scope.addHook('onSend', async (_request, reply) => void reply.header('cache-control', 'no-store'));
  await scope.register(rateLimit, {
    global: false,
    max: ATTEMPTS_A_MINUTE,
    timeWindow: MINUTE,
    keyGenerator: ({ raw }) => addressOf(raw),
    errorResponseBuilder: (_request, { ttl }) =>
      new Problem('too-many-requests', `too many attempts to log in: try again in ${Math.ceil(ttl / 1000)} seconds`),
  });

  scope.post(
    PATH,
    { config: { rateLimit: {} } },
    async (request, reply): Promise<{ readonly session: SessionView }> => {
      const credential = findCredential(known, request);
      const { cookie: value, expiresAt } = await sessions.begin(credential);
      request.log.info({ requestId: request.id, actor: credential.name }, 'console session begun');
      void reply.setCookie(SESSION_COOKIE, value, { ...cookie(), expires: new Date(expiresAt) });
      return { session: describe({ credential, expiresAt }) };
    },
  );

  // Nobody being logged in is an answer like another: a page asks before it knows.
  scope.get(PATH, async (request): Promise<{ readonly session?: SessionView }> => {
    const session = await sessions.read(request.cookies[SESSION_COOKIE]).catch(ofNobody);
    return session ? { session: describe(session) } : {};
  });

  scope.delete(PATH, async (request, reply): Promise<FastifyReply> => {
    const session = await sessions.read(request.cookies[SESSION_COOKIE]).catch(ofNobody);
    // Whom the page shows has no session any more: the one there is stays with whoever logged in since.
    if (session && !isShownBy(request, session.credential)) return reply.code(204).send();
    return reply.clearCookie(SESSION_COOKIE, cookie()).code(204).send();
  });
}

/** Another page could log somebody in as somebody else, or out. */
function refuseOthers(scope: FastifyInstance): void {
  scope.addHook('onRequest', async (request) => {
    if (isOfConsole(request)) return;
    const detail = `sessions are for the console, which sends ${CONSOLE_HEADER}: ${CONSOLE_NAME}; programs send HTTP Basic or a bearer token to /admin/api`;
    throw new Problem('forbidden', detail);
  });
}

function findCredential(known: KnownCredentials, request: FastifyRequest): Credential {
  const { username, password } = readForm(request.body);
  const credential = username === '' ? known.findByToken(password) : known.findByBasic(username, password);
  if (!credential) {
    request.log.warn({ requestId: request.id }, 'console session refused');
    throw new Problem('unauthorized', 'the user name or the password is wrong');
  }
  if (!credential.scopes.includes('admin:read'))
    throw new Problem('forbidden', `the credential ${credential.name} lacks the scope admin:read`);
  return credential;
}

function readForm(body: unknown): { readonly username: string; readonly password: string } {
  const { username = '', password } = isObject(body) ? body : {};
  if (typeof username === 'string' && typeof password === 'string' && password !== '') return { username, password };
  const detail = 'send username and password as texts; for a token leave the user name out';
  throw new Problem('invalid-request', detail, [{ pointer: '#', detail }]);
}

function ofNobody(error: unknown): undefined {
  if (!(error instanceof InvalidSession)) throw error;
}

const describe = ({ credential, expiresAt }: Session): SessionView => ({
  name: credential.name,
  scopes: credential.scopes.filter((scope) => scope === 'admin:read' || scope === 'admin:operate'),
  expiresAt: instant(expiresAt),
});

/**
 * Of a request of the console: nobody acts for a page that shows somebody else. One that says nothing of whom it shows is
 * answered.
 * @throws InvalidSession
 */
export async function readUser(sessions: Sessions, request: FastifyRequest): Promise<Credential> {
  const { credential } = await sessions.read(request.cookies[SESSION_COOKIE]);
  if (isShownBy(request, credential)) return credential;
  throw new InvalidSession(`nothing was done: ${credential.name} is logged in now`);
}

function isShownBy({ headers }: FastifyRequest, { name }: Credential): boolean {
  const shown = headers[CONSOLE_USER_HEADER];
  return shown === undefined || shown === encodeURIComponent(name);
}
