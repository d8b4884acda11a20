/** Keeps the pages of others from acting with a password that a browser remembers (CSRF). */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Problem } from './problem.ts';

const LOOKS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * A browser that was once given the password of HTTP Basic adds it to whatever any page sends here; so it would the cookie of the
 * console, were that not for our own pages alone. Browsers say where a request comes from (Fetch Metadata; Origin, RFC 6454 §7);
 * programs say nothing.
 */
export function refuseOtherSites(scope: FastifyInstance): void {
  scope.addHook('onRequest', (request, _reply, done) => {
    if (LOOKS.has(request.method) || isOwn(request)) return done();
    done(
      new Problem('forbidden', 'a page of another site may not do this: send the request from here, or by a program'),
    );
  });
}

/** Behind a proxy the Host may be another than the page's: Origin is looked at only where the browser says nothing better. */
function isOwn({ headers, host }: FastifyRequest): boolean {
  const { origin, 'sec-fetch-site': site } = headers;
  if (site !== undefined) return site === 'same-origin' || site === 'none';
  return origin === undefined || (URL.canParse(origin) && new URL(origin).host === host);
}
