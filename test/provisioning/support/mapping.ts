/** The mapping files that are shipped, and mappings made of a few members, for tests. */
import { readFileSync } from 'node:fs';
import type { JsonObject } from '../../../src/scim/json.ts';
import { MappingError } from '../../../src/provisioning/mapping/error.ts';
import { createMapping, type Mapping, type MappingData } from '../../../src/provisioning/mapping/mapping.ts';
import { userType } from '../../scim/support/registries.ts';

export const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

export function readSchema(name: string): JsonObject {
  return JSON.parse(readFileSync(new URL(`../../../schemas/${name}.json`, import.meta.url), 'utf8')) as JsonObject;
}

export const mappingData: MappingData = {
  schema: readSchema('mapping'),
  leadFields: readSchema('lead-fields') as unknown as MappingData['leadFields'],
};

export const compile = (file: unknown): Mapping => createMapping(file, userType, mappingData);

/** The two fields no mapping can do without. */
export const REQUIRED = { LastName: { from: 'userName' }, Company: { constant: 'Acme' } };

/** A mapping of the required fields and some more. */
export const compileFields = (fields: JsonObject, rest: JsonObject = {}): Mapping =>
  compile({ fields: { ...REQUIRED, ...fields }, ...rest });

/** What is said to be wrong with a mapping file; empty when it can be used. */
export function faultsOf(file: unknown): readonly string[] {
  try {
    compile(file);
    return [];
  } catch (error) {
    if (error instanceof MappingError) return error.faults;
    throw error;
  }
}
