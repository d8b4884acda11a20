/** How a record names another by that one's external id instead of its id (REST API guide: "Insert or Update a Record Using a Relationship"). */
import { foreignKeyNotFound } from '../errors.ts';
import type { Org } from '../org.ts';
import type { Field, FieldValue } from '../schema/field.ts';
import { findField, type SObjectType } from '../schema/sobjects.ts';
import { isObject } from './read-body.ts';
import { idOf } from './table.ts';
import { readValue } from './values.ts';

export interface Relation {
  /** The field that keeps the id. */
  readonly reference: Field;
  readonly target: SObjectType;
  readonly externalId: Field;
}

const isSame = (left: string | null, right: string): boolean => left?.toLowerCase() === right.toLowerCase();

/** A field that names a record of its own kind: an external id, or a user's name. */
const isKey = (field: Field): boolean => field.externalId || field.name === 'Username';

/** The reference of that relationship name, with the field of its target; null when there is no such key. */
export function findRelation(org: Org, type: SObjectType, relationship: string, key: string): Relation | null {
  const reference = type.fields.find((field) => isSame(field.relationshipName, relationship));
  for (const name of reference?.referenceTo ?? []) {
    const target = org.schema.get(name.toLowerCase());
    const externalId = target && findField(target, key);
    if (reference && target && externalId && isKey(externalId)) return { reference, target, externalId };
  }
  return null;
}

function findId(org: Org, { target, externalId }: Relation, value: FieldValue): string {
  const [row] = org.tableOf(target).liveWith(externalId.name, value);
  if (!row) throw foreignKeyNotFound(String(value), externalId.name, target.name);
  return idOf(row);
}

/** `Campaign: {SCIM_Id__c: 'g1'}` becomes `CampaignId: '701…'`; everything else stays as it is. */
export function resolveRelations(org: Org, type: SObjectType, body: unknown): unknown {
  if (!isObject(body)) return body;
  const entries = Object.entries(body).map(([name, value]): [string, unknown] => {
    if (name === 'attributes' || !isObject(value)) return [name, value];
    const keys = Object.keys(value).filter((key) => key !== 'attributes');
    const relation = keys.length === 1 ? findRelation(org, type, name, keys[0] ?? '') : null;
    if (!relation) return [name, value];
    return [relation.reference.name, findId(org, relation, readValue(relation.externalId, value[keys[0] ?? '']))];
  });
  return Object.fromEntries(entries);
}
