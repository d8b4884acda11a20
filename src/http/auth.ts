/** Who is asking: HTTP Basic and static bearer credentials (RFC 7644 §2, RFC 7617, RFC 6750), compared in constant time. */
import { createHash, timingSafeEqual } from 'node:crypto';
import basicAuth from '@fastify/basic-auth';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { unauthorized } from '../scim/errors.ts';
import type { ProfileName } from '../scim/profiles/profile.ts';

/** What a credential may do with SCIM; with the admin API. */
export type ScimScope = 'read' | 'write';
export type AdminScope = 'admin:read' | 'admin:operate';
export type Scope = ScimScope | AdminScope;

/** One client: with `basic` or with `token`. */
export interface Credential {
  /** For the log and the journal. */
  readonly name: string;
  readonly basic?: { readonly username: string; readonly password: string };
  readonly token?: string;
  readonly scopes: readonly Scope[];
  /** Habits of the client; absent: its User-Agent tells. */
  readonly profile?: ProfileName;
}

const REALM = 'scim-salesforce';
const CHALLENGES = [`Basic realm="${REALM}", charset="UTF-8"`, `Bearer realm="${REALM}"`];

/**
 * Lets nobody into `scope` without a credential; `request.credential` is the one that was used.
 * The raw token without a scheme is accepted too: WSO2 IS 7 sends its API key so.
 */
export async function requireCredentials(scope: FastifyInstance, credentials: readonly Credential[]): Promise<void> {
  const known = credentials.map(toKnown);
  // Set by the hook below before anything reads it.
  scope.decorateRequest('credential', null as unknown as Credential);
  await scope.register(basicAuth, {
    validate: (username, password, request, _reply, done) => {
      const credential = find(known, ({ basic }) => basic && sameBasic(basic, username, password));
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
    const credential = findByToken(known, authorization);
    if (credential) request.credential = credential;
    done(credential ? undefined : asUnauthorized(reply, tokenFault(authorization)));
  });
}

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

/** All are compared whatever one of them says, so that the time taken tells nothing. */
function find(known: readonly Known[], matches: (known: Known) => boolean | undefined): Credential | undefined {
  return known.filter((one) => matches(one) === true)[0]?.credential;
}

function sameBasic(basic: NonNullable<Known['basic']>, username: string, password: string): boolean {
  const sameUsername = timingSafeEqual(basic.username, digest(username));
  const samePassword = timingSafeEqual(basic.password, digest(password));
  return sameUsername && samePassword;
}

function findByToken(known: readonly Known[], authorization: string): Credential | undefined {
  const given = digest(authorization.replace(/^bearer /i, '').trim());
  return find(known, ({ token }) => token && timingSafeEqual(token, given));
}

const tokenFault = (authorization: string): Error =>
  authorization === ''
    ? unauthorized('credentials are missing: send HTTP Basic or a bearer token')
    : unauthorized('the bearer token is not known');

function asUnauthorized(reply: FastifyReply, error: Error | undefined): Error | undefined {
  if (!error) return undefined;
  reply.header('www-authenticate', CHALLENGES);
  return 'scimType' in error ? error : unauthorized('the Authorization header is not valid HTTP Basic');
}

declare module 'fastify' {
  interface FastifyRequest {
    /** What let this request in. */
    credential: Credential;
  }
}
