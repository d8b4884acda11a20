/** Who is asking: HTTP Basic, static bearer credentials, JWTs (RFC 7644 §2, RFC 7617, RFC 6750); secrets are compared in constant time. */
import { createHash, timingSafeEqual } from 'node:crypto';
import basicAuth from '@fastify/basic-auth';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { unauthorized } from '../scim/errors.ts';
import type { ProfileName } from '../scim/profiles/profile.ts';

/** What a credential may do with SCIM; with the admin API. */
export type ScimScope = 'read' | 'write';
export type AdminScope = 'admin:read' | 'admin:operate';
export type Scope = ScimScope | AdminScope;

/** One client: with `basic`, with `token`, or with a JWT that was verified. */
export interface Credential {
  /** For the log and the journal. */
  readonly name: string;
  readonly basic?: { readonly username: string; readonly password: string };
  readonly token?: string;
  readonly scopes: readonly Scope[];
  /** Habits of the client; absent: its User-Agent tells. */
  readonly profile?: ProfileName;
}

/** Why a token lets nobody in; the message is for the client and holds nothing of the token. */
export class InvalidToken extends Error {
  override readonly name = 'InvalidToken';
}

/** @throws InvalidToken @throws ScimError 503 when the keys cannot be had: the token may be good */
export type VerifyJwt = (token: string) => Promise<Credential>;

/** Why a session lets nobody in: there is none, or it has ended. */
export class InvalidSession extends Error {
  override readonly name = 'InvalidSession';
}

/** @returns undefined for a request that no page of ours sends @throws InvalidSession */
export type ReadSession = (request: FastifyRequest) => Promise<Credential> | undefined;

const REALM = 'scim-salesforce';
const BASIC_CHALLENGE = `Basic realm="${REALM}", charset="UTF-8"`;
const BEARER_CHALLENGE = `Bearer realm="${REALM}"`;
/** No browser knows it, and so none asks for a password by itself: the page does. */
const SESSION_CHALLENGE = `Session realm="${REALM}"`;

/** Ways in besides the credentials themselves. */
export interface OtherWays {
  /** Of tokens that are none of the credentials'. */
  readonly verifyJwt?: VerifyJwt;
  /** Of requests without an Authorization header. */
  readonly readSession?: ReadSession;
}

/**
 * Lets nobody into `scope` without a credential; `request.credential` is the one that was used.
 * The raw token without a scheme is accepted too: WSO2 IS 7 sends its API key so.
 */
export async function requireCredentials(
  scope: FastifyInstance,
  credentials: readonly Credential[],
  { verifyJwt, readSession }: OtherWays = {},
): Promise<void> {
  const known = new KnownCredentials(credentials);
  // Set by the hook below before anything reads it.
  scope.decorateRequest('credential', null as unknown as Credential);
  await scope.register(basicAuth, {
    validate: (username, password, request, _reply, done) => {
      const credential = known.findByBasic(username, password);
      if (!credential) return done(unauthorized('the user name or the password is wrong'));
      request.credential = credential;
      done();
    },
    authenticate: false,
    utf8: true,
    strictCredentials: false,
  });
  scope.addHook('onRequest', (request, reply, done) => {
    const authorization = request.headers.authorization ?? '';
    if (/^basic /i.test(authorization))
      return scope.basicAuth(request, reply, (error) => done(asUnauthorized(reply, error)));
    const session = authorization === '' ? readSession?.(request) : undefined;
    if (session) return letIn(session, request, reply, done);
    const token = authorization.replace(/^bearer /i, '').trim();
    const credential = known.findByToken(token);
    if (!credential && verifyJwt && looksLikeJwt(token)) return letIn(verifyJwt(token), request, reply, done);
    if (credential) request.credential = credential;
    done(credential ? undefined : asUnauthorized(reply, tokenFault(token)));
  });
}

const looksLikeJwt = (token: string): boolean => /^[\w-]+\.[\w-]+\.[\w-]*$/.test(token);

function letIn(
  verified: Promise<Credential>,
  request: FastifyRequest,
  reply: FastifyReply,
  done: (error?: Error) => void,
): void {
  const accept = (credential: Credential): void => {
    request.credential = credential;
    done();
  };
  // A key that cannot be had says nothing about the client: no 401 then, on which it might give its token up.
  const refuse = (error: Error): void => done(isOfClient(error) ? asUnauthorized(reply, error) : error);
  verified.then(accept, refuse);
}

const isOfClient = (error: Error): boolean => error instanceof InvalidToken || error instanceof InvalidSession;

interface Known {
  readonly credential: Credential;
  readonly basic?: { readonly username: Buffer; readonly password: Buffer };
  readonly token?: Buffer;
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

function toKnown(credential: Credential): Known {
  const { basic, token } = credential;
  return {
    credential,
    ...(basic && { basic: { username: digest(basic.username), password: digest(basic.password) } }),
    ...(token !== undefined && { token: digest(token) }),
  };
}

/** Finds which credential somebody has shown. All are compared whatever one of them says, so that the time taken tells nothing. */
export class KnownCredentials {
  readonly #known: readonly Known[];

  constructor(credentials: readonly Credential[]) {
    this.#known = credentials.map(toKnown);
  }

  findByBasic(username: string, password: string): Credential | undefined {
    return this.#find(({ basic }) => basic && sameBasic(basic, username, password));
  }

  findByToken(token: string): Credential | undefined {
    const given = digest(token);
    return this.#find(({ token }) => token && timingSafeEqual(token, given));
  }

  #find(matches: (known: Known) => boolean | undefined): Credential | undefined {
    return this.#known.filter((one) => matches(one) === true)[0]?.credential;
  }
}

function sameBasic(basic: NonNullable<Known['basic']>, username: string, password: string): boolean {
  const sameUsername = timingSafeEqual(basic.username, digest(username));
  const samePassword = timingSafeEqual(basic.password, digest(password));
  return sameUsername && samePassword;
}

const tokenFault = (token: string): Error =>
  token === ''
    ? unauthorized('credentials are missing: send HTTP Basic or a bearer token')
    : new InvalidToken('the bearer token is not known');

function asUnauthorized(reply: FastifyReply, error: Error | undefined): Error | undefined {
  if (!error) return undefined;
  if (error instanceof InvalidSession) {
    reply.header('www-authenticate', SESSION_CHALLENGE);
    return unauthorized(error.message, { cause: error });
  }
  reply.header('www-authenticate', [BASIC_CHALLENGE, bearerChallenge(error)]);
  if (error instanceof InvalidToken) return unauthorized(error.message, { cause: error });
  return 'scimType' in error ? error : unauthorized('the Authorization header is not valid HTTP Basic');
}

/** RFC 6750 §3.1: why, but only to those who sent a token. */
const bearerChallenge = (error: Error): string =>
  error instanceof InvalidToken
    ? `${BEARER_CHALLENGE}, error="invalid_token", error_description="${error.message}"`
    : BEARER_CHALLENGE;

declare module 'fastify' {
  interface FastifyRequest {
    /** What let this request in. */
    credential: Credential;
  }
}
