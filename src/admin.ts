/** The admin API of this service and its console: what their routes are given, and who may use them. */
import { hostname } from 'node:os';
import { fileURLToPath } from 'node:url';
import cookie from '@fastify/cookie';
import { ADMIN_API_PATH, adminScope } from './admin/api/scope.ts';
import type { AdminContext } from './admin/api/context.ts';
import { sendProblem } from './admin/api/problem.ts';
import { consoleFiles } from './admin/web/console-files.ts';
import { readUser, sessionRoutes } from './admin/web/session-routes.ts';
import { isOfConsole, Sessions } from './admin/web/sessions.ts';
import type { ClientsSeen } from './clients-seen.ts';
import { describeConfig, type Config, type Origins } from './config.ts';
import { parseCredentials } from './credentials.ts';
import type { ReadSession } from './http/auth.ts';
import { clientAddress, parseProxies } from './http/client-address.ts';
import type { OtherScope } from './http/server.ts';
import type { OperationContext } from './operations/context.ts';
import { mappingCompiler, mappingPath, parseMappingFile, PROVISIONED_TYPE } from './parts.ts';
import { readPackageVersion } from './package-version.ts';
import type { Mapping } from './provisioning/mapping/mapping.ts';
import type { LookContext } from './provisioning/look/preview.ts';
import type { ReconcileRuns } from './provisioning/look/reconcile-runs.ts';
import type { ResourceType } from './scim/schema/resource-type.ts';

export interface AdminParts {
  readonly operations: OperationContext;
  readonly look: LookContext;
  readonly reconciliations: ReconcileRuns;
  readonly mapping: Mapping;
  readonly clients: ClientsSeen;
  readonly origins: Origins;
  readonly salesforceUrl: string;
}

const ADMIN_PATH = '/admin';
/** Beside `src` and in `dist`, whichever of both this runs from. */
const CONSOLE_FOLDER = fileURLToPath(new URL('../dist/console', import.meta.url));

export const admin = (config: Config, parts: AdminParts): OtherScope => ({
  prefix: ADMIN_PATH,
  sendError: sendProblem,
  plugin: async (scope) => {
    const { credentials, admins } = parseCredentials(config);
    const { operations } = parts;
    const all = [...admins, ...credentials];
    const sessions = new Sessions(admins, () => operations.now());
    await scope.register(cookie);
    const readSession: ReadSession = (request) => (isOfConsole(request) ? readUser(sessions, request) : undefined);
    const api = adminScope(adminContext(config, parts), all, { readSession });
    await scope.register(api, { prefix: ADMIN_API_PATH.slice(ADMIN_PATH.length) });
    await scope.register(sessionRoutes, {
      credentials: all,
      sessions,
      cookiePath: ADMIN_PATH,
      addressOf: clientAddress(parseProxies(config.TRUSTED_PROXIES)),
      isSecure: () => operations.baseUrl().startsWith('https:'),
    });
    await scope.register(consoleFiles, { folder: CONSOLE_FOLDER });
  },
});

function adminContext(config: Config, parts: AdminParts): AdminContext {
  const { operations, look, reconciliations, mapping, clients, origins, salesforceUrl } = parts;
  const { externalIdField } = look.target;
  return {
    operations,
    look,
    reconciliations,
    // The package has it.
    type: operations.registry.resourceType(PROVISIONED_TYPE) as ResourceType,
    service: {
      version: readPackageVersion(),
      startedAt: operations.now(),
      instance: { id: operations.newId(), host: hostname(), pid: process.pid },
      database: config.DATABASE_URL.startsWith('sqlite:') ? 'sqlite' : 'postgresql',
      salesforceUrl,
    },
    mapping: {
      path: mappingPath(config),
      file: parseMappingFile(config),
      ...(externalIdField !== undefined && { externalIdField }),
      current: mapping,
      compile: mappingCompiler(config, operations.registry),
    },
    configuration: describeConfig(config, origins),
    clients: () => clients.list(),
  };
}
