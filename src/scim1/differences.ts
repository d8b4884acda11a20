/** Where a complex attribute has other parts in SCIM 1.1 than in SCIM 2.0: all there is to know, as a table. */
import type { Attribute } from '../scim/schema/attribute.ts';
import { ENTERPRISE } from './schemas.ts';

interface Difference {
  /** Names in SCIM 2.0 by the names in SCIM 1.1. */
  readonly renamed?: Readonly<Record<string, string>>;
  /** Further names that clients write for a part; they are never answered. */
  readonly alsoRead?: Readonly<Record<string, string>>;
  /** Parts that SCIM 1.1 does not have. */
  readonly unknown?: readonly string[];
}

const NONE: Difference = {};

/** By the path of the attribute in SCIM 2.0. */
const DIFFERENCES: ReadonlyMap<string, Difference> = new Map<string, Difference>([
  [`${ENTERPRISE}:manager`, { renamed: { managerId: 'value' } }],
  // WSO2 IS 5 has one value for an address, and no other name for it.
  ['addresses', { alsoRead: { value: 'formatted' } }],
  ['meta', { unknown: ['resourceType'] }],
]);

/** No part refers by URL in SCIM 1.1. */
const REFERENCE = '$ref';

/** The name in SCIM 2.0 of a part that a SCIM 1.1 client calls `name`, in any case; the same where nothing differs. */
export function toScim2Part({ path }: Attribute, name: string): string {
  const { renamed, alsoRead } = DIFFERENCES.get(path) ?? NONE;
  const wanted = name.toLowerCase();
  const pairs = Object.entries({ ...renamed, ...alsoRead });
  return pairs.find(([scim1]) => scim1.toLowerCase() === wanted)?.[1] ?? name;
}

/** The name in SCIM 1.1 of a part; undefined for one that it does not have. */
export function toScim1Part({ path }: Attribute, name: string): string | undefined {
  const { renamed = {}, unknown = [] } = DIFFERENCES.get(path) ?? NONE;
  if (name === REFERENCE || unknown.includes(name)) return undefined;
  return Object.keys(renamed).find((scim1) => renamed[scim1] === name) ?? name;
}
