/** Which habits the client of a request has, what its credential lets it do, and how operations are told of both. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Caller } from '../operations/context.ts';
import { forbidden } from '../scim/errors.ts';
import type { Profile, ProfileName } from '../scim/profiles/profile.ts';
import { chooseProfile } from '../scim/profiles/profiles.ts';
import type { ScimScope } from './auth.ts';

/** One call of a client, as far as it tells who the client is. */
export interface ClientCall {
  /** Name of the credential. */
  readonly credential: string;
  readonly profile: ProfileName;
  readonly userAgent: string;
}

export type OnClient = (call: ClientCall) => void;

/**
 * For a scope that requires credentials; after that.
 *
 * @param fallback of clients that neither their credential nor their User-Agent tells
 * @param onClient told of every call that is let in
 */
export function recogniseClients(scope: FastifyInstance, fallback: ProfileName, onClient?: OnClient): void {
  // Set by the hook below before anything reads it.
  scope.decorateRequest('profile', null as unknown as Profile);
  scope.addHook('onRequest', (request, _reply, done) => {
    const { profile: credential, scopes, name } = request.credential;
    const userAgent = request.headers['user-agent'];
    request.profile = chooseProfile({ credential, userAgent, fallback });
    const needed = scopeOf(request);
    if (!scopes.includes(needed)) return done(forbidden(`the credential ${name} lacks the scope ${needed}`));
    onClient?.({ credential: name, profile: request.profile.name, userAgent: userAgent ?? '' });
    done();
  });
}

/** A query in a body changes nothing either. The route says what it is: the end of a URL may be a parameter of anything. */
function scopeOf({ method, routeOptions: { url: route = '' } }: FastifyRequest): ScimScope {
  const isSearch = method === 'POST' && route.endsWith('/.search');
  return method === 'GET' || method === 'HEAD' || method === 'OPTIONS' || isSearch ? 'read' : 'write';
}

export const callerOf = (request: FastifyRequest): Caller => ({
  actor: request.credential.name,
  requestId: request.id,
  ...(request.trace && { traceparent: request.trace.traceparent }),
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
