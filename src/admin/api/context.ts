/** What the routes of the admin API are given: the composition root builds it once. */
import type { OperationContext } from '../../operations/context.ts';
import type { Mapping } from '../../provisioning/mapping/mapping.ts';
import type { LookContext } from '../../provisioning/look/preview.ts';
import type { ReconcileRuns } from '../../provisioning/look/reconcile-runs.ts';
import type { ResourceType } from '../../scim/schema/resource-type.ts';
import type { SeenClient } from '../../storage/service-store.ts';

export interface AdminContext {
  /** Store, connector, schemas, time: as SCIM has them. */
  readonly operations: OperationContext;
  /** What a delivery is made with, for looking at what one would do; its events are nobody's. */
  readonly look: LookContext;
  readonly reconciliations: ReconcileRuns;
  /** The resource type whose resources become Leads. */
  readonly type: ResourceType;
  readonly service: ServiceFacts;
  readonly mapping: MappingFacts;
  /** Every key, secrets left out. */
  readonly configuration: readonly ConfigurationKey[];
  /** SCIM clients, latest call first; the calls to this process just now included. */
  clients(): Promise<readonly SeenClient[]>;
}

export interface ServiceFacts {
  readonly version: string;
  /** Epoch milliseconds. */
  readonly startedAt: number;
  /** Which process answers, among several. */
  readonly instance: { readonly id: string; readonly host: string; readonly pid: number };
  readonly database: 'sqlite' | 'postgresql';
  /** Where Salesforce is logged in to. */
  readonly salesforceUrl: string;
}

export interface MappingFacts {
  /** Where it was read from. */
  readonly path: string;
  /** As it is written. */
  readonly file: unknown;
  /** Field that the service fills itself. */
  readonly externalIdField?: string;
  readonly current: Mapping;
  /** @throws MappingError */
  compile(file: unknown): Mapping;
}

export interface ConfigurationKey {
  readonly key: string;
  /** Absent where there is neither value nor default. */
  readonly value?: string | number | boolean;
  readonly origin: 'default' | 'environment' | 'file';
  /** Its value is told to nobody, only whether it has one. */
  readonly isSecret: boolean;
  readonly description: string;
}
