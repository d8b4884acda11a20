/** The SCIM 1.1 scope of the server: the same operations in the words that WSO2 IS 5 and 6 speak. */
import type { FastifyInstance } from 'fastify';
import type { OperationContext } from '../../operations/context.ts';
import { notFound } from '../../scim/errors.ts';
import type { ProfileName } from '../../scim/profiles/profile.ts';
import { requireCredentials, type Credential, type VerifyJwt } from '../auth.ts';
import { recogniseClients, type OnClient } from '../client.ts';
import { refuseUnacceptable } from '../scim/content-types.ts';
import { addEndpoint } from '../scim/scope.ts';
import { refuseSecretsInUrl } from '../scim/secrets-in-url.ts';
import { acceptScim1Bodies } from './content-types.ts';
import { sendScim1Error, type Scim1ErrorOptions } from './errors.ts';
import { scim1Endpoints, type Scim1ListOptions } from './routes.ts';

export interface Scim1Options extends Scim1ErrorOptions, Scim1ListOptions {
  /** What `meta.location` begins with. */
  readonly baseUrl: () => string;
}

export interface Scim1ScopeOptions extends Scim1Options {
  readonly context: OperationContext;
  readonly credentials: readonly Credential[];
  /** Absent: no JWT lets anybody in. */
  readonly verifyJwt?: VerifyJwt;
  /** Profile of clients that neither their credential nor their User-Agent tells. */
  readonly profile: ProfileName;
  readonly onClient?: OnClient;
}

export async function scim1Scope(scope: FastifyInstance, options: Scim1ScopeOptions): Promise<void> {
  const context = { ...options.context, baseUrl: options.baseUrl };
  scope.setErrorHandler(sendScim1Error(options));
  await requireCredentials(scope, options.credentials, options);
  recogniseClients(scope, options.profile, options.onClient);
  refuseUnacceptable(scope);
  refuseSecretsInUrl(scope, context.registry);
  acceptScim1Bodies(scope);
  scope.setNotFoundHandler((request) => {
    throw notFound(`${request.url.split('?')[0] ?? ''} is no SCIM 1.1 endpoint of this service`);
  });
  for (const endpoint of scim1Endpoints(context, options)) addEndpoint(scope, endpoint);
}
