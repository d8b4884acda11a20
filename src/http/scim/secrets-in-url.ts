/** Secrets in a URL end up in the logs of everything between client and service: such requests are refused (RFC 7644 §7.5.2). */
import type { FastifyInstance } from 'fastify';
import { sensitive } from '../../scim/errors.ts';
import type { Registry } from '../../scim/schema/registry.ts';
import type { Query } from './answer.ts';

/** RFC 6750 §2.3 has bearer tokens there, and warns of it. */
const TOKEN = 'access_token';

export function refuseSecretsInUrl(scope: FastifyInstance, { resourceTypes }: Registry): void {
  const attributes = resourceTypes.flatMap((type) => type.attributes);
  const secret = attributes.filter(({ returned }) => returned === 'never').map(({ name }) => name.toLowerCase());
  const refused = new Set([TOKEN, ...secret]);
  scope.addHook('onRequest', (request, _reply, done) => {
    // The parser of queries makes it these.
    const name = Object.keys(request.query as Query).find((parameter) => refused.has(parameter.toLowerCase()));
    if (name === undefined) return done();
    done(sensitive(`${name} is a secret and must not be in a URL: send it in the body or in a header, and change it`));
  });
}
