/** Who is asking: HTTP Basic and static bearer credentials (RFC 7644 §2, RFC 7617, RFC 6750), compared in constant time. */
import { createHash, timingSafeEqual } from 'node:crypto';
import basicAuth from '@fastify/basic-auth';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { unauthorized } from '../scim/errors.ts';

export interface Credentials {
  readonly basic?: { readonly username: string; readonly password: string };
  readonly bearerTokens: readonly string[];
}

const REALM = 'scim-salesforce';
const CHALLENGES = [`Basic realm="${REALM}", charset="UTF-8"`, `Bearer realm="${REALM}"`];

/**
 * Lets nobody into `scope` without a credential; `request.actor` names the one that was used.
 * The raw token without a scheme is accepted too: WSO2 IS 7 sends its API key so.
 */
export async function requireCredentials(scope: FastifyInstance, credentials: Credentials): Promise<void> {
  const expected = digestCredentials(credentials);
  scope.decorateRequest('actor', '');
  await scope.register(basicAuth, {
    validate: (username, password, request, _reply, done) => {
      if (!matchesBasic(expected, username, password))
        return done(unauthorized('the user name or the password is wrong'));
      request.actor = `basic:${username}`;
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
    done(asUnauthorized(reply, acceptToken(expected, authorization, request)));
  });
}

interface ExpectedDigests {
  readonly username?: Buffer;
  readonly password?: Buffer;
  readonly tokens: readonly Buffer[];
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

function digestCredentials({ basic, bearerTokens }: Credentials): ExpectedDigests {
  const tokens = bearerTokens.map(digest);
  return basic ? { username: digest(basic.username), password: digest(basic.password), tokens } : { tokens };
}

/** Both parts are compared whatever the first says, so that the time taken tells nothing. */
function matchesBasic(expected: ExpectedDigests, username: string, password: string): boolean {
  if (!expected.username || !expected.password) return false;
  const sameUsername = timingSafeEqual(expected.username, digest(username));
  const samePassword = timingSafeEqual(expected.password, digest(password));
  return sameUsername && samePassword;
}

function acceptToken(expected: ExpectedDigests, authorization: string, request: FastifyRequest): Error | undefined {
  if (authorization === '') return unauthorized('credentials are missing: send HTTP Basic or a bearer token');
  const given = digest(authorization.replace(/^bearer /i, '').trim());
  const index = expected.tokens.reduce((found, token, at) => (timingSafeEqual(token, given) ? at : found), -1);
  if (index < 0) return unauthorized('the bearer token is not known');
  request.actor = `bearer:${index + 1}`;
  return undefined;
}

function asUnauthorized(reply: FastifyReply, error: Error | undefined): Error | undefined {
  if (!error) return undefined;
  reply.header('www-authenticate', CHALLENGES);
  return 'scimType' in error ? error : unauthorized('the Authorization header is not valid HTTP Basic');
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Name of the credential that let this request in; empty before that. */
    actor: string;
  }
}
