/** The resources of a service, by data: their schemas, what of them is indexed, which of their attributes are lists of members. */
import type { Registry } from '../scim/schema/registry.ts';
import type { Memberships } from './memberships.ts';
import type { ResourceIndexes } from './resource-keys.ts';

export interface Model {
  readonly registry: Registry;
  readonly indexes: ResourceIndexes;
  readonly memberships: Memberships;
  /** What becomes of attributes that no schema has, in what clients write; absent: they are left out. */
  readonly unknownAttributes?: 'ignore' | 'refuse';
}
