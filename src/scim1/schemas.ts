/** Which schemas of SCIM 1.1 stand for which of SCIM 2.0; all others have one URN in both (SCIM 1.1 core schema §4, §6, §8). */
import { invalidValue } from '../scim/errors.ts';
import { isUnassigned, type Json } from '../scim/json.ts';
import type { ResourceType } from '../scim/schema/resource-type.ts';

export const CORE_SCHEMA = 'urn:scim:schemas:core:1.0';
export const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

/** SCIM 1.1 has one core schema for all of its resources. */
const SCIM1_URNS: ReadonlyMap<string, string> = new Map([
  ['urn:ietf:params:scim:schemas:core:2.0:User', CORE_SCHEMA],
  ['urn:ietf:params:scim:schemas:core:2.0:Group', CORE_SCHEMA],
  [ENTERPRISE, 'urn:scim:schemas:extension:enterprise:1.0'],
]);

export const toScim1Urn = (urn: string): string => SCIM1_URNS.get(urn) ?? urn;

/** The URN of the base schema or an extension of `type` that stands for one of SCIM 1.1, in any case; else the same. */
export function toScim2Urn({ schema, extensions }: ResourceType, urn: string): string {
  const own = [schema, ...extensions.map((extension) => extension.urn)];
  return own.find((one) => toScim1Urn(one).toLowerCase() === urn.toLowerCase()) ?? urn;
}

/**
 * The `schemas` of a SCIM 2.0 resource, from those that a client declared; missing and empty ones are no fault.
 *
 * @throws ScimError invalidValue when they name another kind of message, such as a PatchOp of SCIM 2.0
 */
export function readSchemas(type: ResourceType, declared: Json | undefined): string[] {
  if (declared === undefined || isUnassigned(declared)) return [type.schema];
  const texts = (Array.isArray(declared) ? declared : [declared]).filter((urn) => typeof urn === 'string');
  const urns = texts.map((urn) => toScim2Urn(type, urn));
  if (!urns.includes(type.schema)) throw invalidValue(`schemas must contain ${toScim1Urn(type.schema)}`);
  return [...new Set([type.schema, ...urns])];
}
