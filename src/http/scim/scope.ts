/** The SCIM scope of the server: its own content types, errors and credentials, whatever its siblings do. */
import type { FastifyInstance } from 'fastify';
import type { OperationContext } from '../../operations/context.ts';
import { methodNotAllowed, notFound } from '../../scim/errors.ts';
import type { ProfileName } from '../../scim/profiles/profile.ts';
import { requireCredentials, type Credential, type VerifyJwt } from '../auth.ts';
import { recogniseClients, type OnClient } from '../client.ts';
import { acceptScimBodies, refuseUnacceptable } from './content-types.ts';
import { sendScimError } from './error-handler.ts';
import type { Endpoint } from './endpoint.ts';
import { scimEndpoints } from './routes.ts';
import { refuseSecretsInUrl } from './secrets-in-url.ts';

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;
/** What no resource has; others are unknown to the server. */
const REFUSED = ['OPTIONS', 'TRACE', 'QUERY'] as const;

export interface ScimScopeOptions {
  readonly context: OperationContext;
  readonly credentials: readonly Credential[];
  /** Absent: no JWT lets anybody in. */
  readonly verifyJwt?: VerifyJwt;
  /** Profile of clients that neither their credential nor their User-Agent tells. */
  readonly profile: ProfileName;
  /** userNames of the credentials that are users, by the name of the credential. */
  readonly users: ReadonlyMap<string, string>;
  readonly onClient?: OnClient;
}

export async function scimScope(scope: FastifyInstance, options: ScimScopeOptions): Promise<void> {
  const { context, profile, users, onClient } = options;
  scope.setErrorHandler(sendScimError);
  await requireCredentials(scope, options.credentials, options);
  recogniseClients(scope, profile, onClient);
  refuseUnacceptable(scope);
  refuseSecretsInUrl(scope, context.registry);
  acceptScimBodies(scope);
  scope.setNotFoundHandler((request) => {
    throw notFound(`${request.url.split('?')[0] ?? ''} is no SCIM endpoint of this service`);
  });
  for (const endpoint of scimEndpoints(context, users)) addEndpoint(scope, endpoint);
}

/** Methods that it does not have are refused with 405. */
export function addEndpoint(scope: FastifyInstance, { path, handlers }: Endpoint): void {
  const served = METHODS.filter((method) => handlers[method]);
  for (const method of served) scope.route({ method, url: path, handler: handlers[method] ?? unreachable });
  const method = [...METHODS.filter((one) => !served.includes(one)), ...REFUSED];
  scope.route({ method, url: path, onRequest: refuseMethod(allowed(handlers)), handler: unreachable });
}

function allowed(handlers: Endpoint['handlers']): string {
  const methods = Object.keys(handlers);
  return (methods.includes('GET') ? ['HEAD', ...methods] : methods).join(', ');
}

/** Decided before the body is read, so that nobody is told of a syntax error in a request that is refused anyway. */
const refuseMethod =
  (allow: string) => async (request: { method: string }, reply: { header(name: string, value: string): unknown }) => {
    reply.header('allow', allow);
    throw methodNotAllowed(`${request.method} is not allowed here; allowed are ${allow}`);
  };

const unreachable = (): never => {
  throw new TypeError('a refused method reached its handler');
};
