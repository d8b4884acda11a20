/** The admin API as a scope of the server: its credentials, its problems, its routes and their description. */
import type { FastifyInstance, FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import { requireCredentials, type Credential, type OtherWays } from '../../http/auth.ts';
import type { JsonObject } from '../../scim/json.ts';
import { compileChecks } from './checks.ts';
import type { AdminContext } from './context.ts';
import { acceptJson } from './json-bodies.ts';
import { describeApi } from './openapi.ts';
import { Problem, sendProblem } from './problem.ts';
import type { AdminRoute } from './route.ts';
import { adminRoutes } from './routes.ts';
import { refuseOtherSites } from './same-origin.ts';

export const ADMIN_API_PATH = '/admin/api';

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const;

/** @param credentials all that there are, those of the admin API first: one of SCIM is told that it lacks a scope */
export const adminScope =
  (context: AdminContext, credentials: readonly Credential[], others: OtherWays = {}): FastifyPluginAsync =>
  async (scope) => {
    scope.setErrorHandler(sendProblem);
    refuseWithoutAdmins(scope, credentials);
    await requireCredentials(scope, credentials, others);
    refuseOtherSites(scope);
    acceptJson(scope);
    scope.addHook('onSend', (_request, reply, payload, done) => {
      void reply.header('cache-control', 'no-store').header('x-content-type-options', 'nosniff');
      done(null, payload);
    });
    scope.setNotFoundHandler((request) => {
      const path = request.url.split('?')[0] ?? '';
      throw new Problem(
        'not-found',
        `${path} is no address of the admin API: ${ADMIN_API_PATH}/openapi.json has them all`,
      );
    });
    const routes = adminRoutes(context);
    const all = [...routes, descriptionRoute(routes, context)];
    for (const [path, some] of byPath(all)) addPath(scope, path, some);
  };

/** Nobody can get in: better told than tried. */
function refuseWithoutAdmins(scope: FastifyInstance, credentials: readonly Credential[]): void {
  if (credentials.some(({ scopes }) => scopes.some((one) => one.startsWith('admin:')))) return;
  scope.addHook('onRequest', (_request, _reply, done) => {
    const detail =
      'the admin API has no credentials: set ADMIN_PASSWORD, or add one with admin:read to SCIM_CREDENTIALS';
    done(new Problem('forbidden', detail));
  });
}

function descriptionRoute(routes: readonly AdminRoute[], { service }: AdminContext): AdminRoute {
  let description: JsonObject | undefined;
  return {
    method: 'GET',
    path: '/openapi.json',
    operationId: 'readDescription',
    tag: 'service',
    summary: 'Describes the admin API (OpenAPI 3.1)',
    scope: 'admin:read',
    answer: { description: 'The document.', schema: {} },
    // Made when it is asked for: hardly anybody does, and it would add a fifth to the start.
    handle: () => Promise.resolve((description ??= describeApi(routes, service.version, ADMIN_API_PATH))),
  };
}

function byPath(routes: readonly AdminRoute[]): ReadonlyMap<string, readonly AdminRoute[]> {
  const paths = [...new Set(routes.map(({ path }) => path))];
  return new Map(paths.map((path) => [path, routes.filter((one) => one.path === path)]));
}

/** Methods that it does not have are refused with 405. */
function addPath(scope: FastifyInstance, url: string, routes: readonly AdminRoute[]): void {
  const methods = routes.map(({ method }) => method as string);
  const allow = (methods.includes('GET') ? ['HEAD', ...methods] : methods).join(', ');
  for (const one of routes)
    scope.route({
      method: one.method,
      url,
      ...(one.bodyLimit !== undefined && { bodyLimit: one.bodyLimit }),
      onRequest: requireScope(one),
      handler: handlerOf(one),
    });
  for (const method of METHODS.filter((one) => !methods.includes(one)))
    scope.route({ method, url, onRequest: refuseMethod(allow), handler: unreachable });
}

const requireScope =
  ({ scope: needed }: AdminRoute) =>
  async ({ credential: { name, scopes } }: FastifyRequest): Promise<void> => {
    if (!scopes.includes(needed)) throw new Problem('forbidden', `the credential ${name} lacks the scope ${needed}`);
  };

const refuseMethod =
  (allow: string) =>
  async ({ method }: FastifyRequest, reply: FastifyReply): Promise<void> => {
    void reply.header('allow', allow);
    throw new Problem('method-not-allowed', `${method} is not allowed here; allowed are ${allow}`);
  };

const unreachable = (): never => {
  throw new TypeError('a refused method reached its handler');
};

function handlerOf(one: AdminRoute) {
  const read = compileChecks(one);
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const asked = read(request);
    const answer = await one.handle({ ...asked, actor: request.credential.name, requestId: request.id });
    if (one.scope === 'admin:operate') logAction(request, one);
    return reply.header('content-type', 'application/json; charset=utf-8').send(JSON.stringify(answer));
  };
}

/** The journal tells what became of a user; this tells who asked for it. */
function logAction(request: FastifyRequest, { operationId }: AdminRoute): void {
  const event = { requestId: request.id, actor: request.credential.name, action: operationId };
  request.log.info(event, 'admin action done');
}
