/** Which habits the client of a request has, what its credential lets it do, and how operations are told of both. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Caller } from '../operations/context.ts';
import { forbidden } from '../scim/errors.ts';
import type { Profile, ProfileName } from '../scim/profiles/profile.ts';
import { chooseProfile } from '../scim/profiles/profiles.ts';
import type { Scope } from './auth.ts';

/**
 * For a scope that requires credentials; after that.
 *
 * @param fallback of clients that neither their credential nor their User-Agent tells
 */
export function recogniseClients(scope: FastifyInstance, fallback: ProfileName): void {
  // Set by the hook below before anything reads it.
  scope.decorateRequest('profile', null as unknown as Profile);
  scope.addHook('onRequest', (request, _reply, done) => {
    const { profile: credential, scopes, name } = request.credential;
    request.profile = chooseProfile({ credential, userAgent: request.headers['user-agent'], fallback });
    const needed = scopeOf(request);
    done(scopes.includes(needed) ? undefined : forbidden(`the credential ${name} lacks the scope ${needed}`));
  });
}

/** A query in a body changes nothing either. The route says what it is: the end of a URL may be a parameter of anything. */
function scopeOf({ method, routeOptions: { url: route = '' } }: FastifyRequest): Scope {
  const isSearch = method === 'POST' && route.endsWith('/.search');
  return method === 'GET' || method === 'HEAD' || method === 'OPTIONS' || isSearch ? 'read' : 'write';
}

export const callerOf = (request: FastifyRequest): Caller => ({
  actor: request.credential.name,
  requestId: request.id,
  userAgent: request.headers['user-agent'],
  profile: request.profile,
  rewritten: new Set(),
  ifMatch: request.headers['if-match'],
  ifNoneMatch: request.headers['if-none-match'],
});

declare module 'fastify' {
  interface FastifyRequest {
    /** Habits of the client. */
    profile: Profile;
  }
}
