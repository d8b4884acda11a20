/** The admin API of this service: what its routes are given, and who may use them. */
import { hostname } from 'node:os';
import { ADMIN_API_PATH, adminScope } from './admin/api/scope.ts';
import type { AdminContext } from './admin/api/context.ts';
import { sendProblem } from './admin/api/problem.ts';
import type { ClientsSeen } from './clients-seen.ts';
import { describeConfig, type Config, type Origins } from './config.ts';
import { parseCredentials } from './credentials.ts';
import type { OtherScope } from './http/server.ts';
import type { OperationContext } from './operations/context.ts';
import { mappingCompiler, mappingPath, parseMappingFile, PROVISIONED_TYPE } from './parts.ts';
import { readPackageVersion } from './package-version.ts';
import type { Mapping } from './provisioning/mapping.ts';
import type { LookContext } from './provisioning/preview.ts';
import type { ReconcileRuns } from './provisioning/reconcile-runs.ts';
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

export const adminApi = (config: Config, parts: AdminParts): OtherScope => {
  const { credentials, admins } = parseCredentials(config);
  return {
    prefix: ADMIN_API_PATH,
    plugin: adminScope(adminContext(config, parts), [...admins, ...credentials]),
    sendError: sendProblem,
  };
};

function adminContext(config: Config, parts: AdminParts): AdminContext {
  const { operations, look, reconciliations, mapping, clients, origins, salesforceUrl } = parts;
  const { SALESFORCE_EXTERNAL_ID_FIELD: externalIdField } = config;
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
