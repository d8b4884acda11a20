/** What every operation is given: the composition root builds it once, the HTTP layer says who asks. */
import type { Registry } from '../scim/schema/registry.ts';
import type { Store } from '../storage/store.ts';
import type { ResourceIndexes } from './resource-keys.ts';
import type { Turns } from './turns.ts';

export interface OperationContext {
  readonly registry: Registry;
  readonly store: Store;
  readonly indexes: ResourceIndexes;
  readonly turns: Turns;
  /** Connector whose lanes tell of the delivery of users. */
  readonly connector: string;
  /** Epoch milliseconds. */
  now(): number;
  newId(): string;
  /** What `meta.location` begins with, e.g. `http://127.0.0.1:8080/scim/v2`. */
  baseUrl(): string;
  /** Address of a Lead's page for people; undefined while Salesforce was not reached yet. */
  leadUrl(leadId: string): string | undefined;
}

/** One request, as far as operations care. */
export interface Caller {
  /** Name of the credential, for the journal. */
  readonly actor: string;
  readonly requestId: string;
  /** The If-Match header (RFC 7644 §3.14). */
  readonly ifMatch?: string | undefined;
}
