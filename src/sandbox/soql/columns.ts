/** Which field a name in a query means, also across a relationship such as Owner.Name. */
import { fieldInvalid, typeInvalid } from '../errors.ts';
import type { Org } from '../org.ts';
import type { Field, FieldValue, Row } from '../schema/field.ts';
import { findField, type SObjectType } from '../schema/sobjects.ts';
import { findWord, pointAt } from './point-at.ts';

const CUSTOM_FIELD_HINT =
  "If you are attempting to use a custom field, be sure to append the '__c' after the custom field name. Please reference your WSDL or the describe call for the appropriate names.";
const CUSTOM_OBJECT_HINT =
  "If you are attempting to use a custom object, be sure to append the '__c' after the entity name. Please reference your WSDL or the describe call for the appropriate names.";

/** What a query is about: its text is needed to point at errors. */
export interface QueryScope {
  readonly org: Org;
  readonly soql: string;
  readonly type: SObjectType;
  /** `FROM Lead l` */
  readonly alias: string | null;
}

/** A step from a record to the one that a reference field names. */
export interface Step {
  readonly relationship: string;
  readonly reference: Field;
}

export interface Column {
  readonly steps: readonly Step[];
  readonly field: Field;
  /** The name as the query wrote it. */
  readonly name: string;
}

const noSuchColumn = (scope: QueryScope, name: string, type: SObjectType) => {
  const at = pointAt(scope.soql, findWord(scope.soql, name));
  return fieldInvalid(`${at}\nNo such column '${name}' on entity '${type.name}'. ${CUSTOM_FIELD_HINT}`);
};

const noSuchRelationship = (scope: QueryScope, name: string, type: SObjectType) => {
  const at = pointAt(scope.soql, findWord(scope.soql, name));
  return fieldInvalid(
    `${at}\nDidn't understand relationship '${name}' in field path. ${CUSTOM_FIELD_HINT.replace('field name', `relationship name on ${type.name}`)}`,
  );
};

/** @throws SalesforceError INVALID_TYPE */
export function findQueryType(org: Org, soql: string, name: string): SObjectType {
  const type = org.schema.get(name.toLowerCase());
  if (type) return type;
  throw typeInvalid(
    `${pointAt(soql, findWord(soql, name))}\nsObject type '${name}' is not supported. ${CUSTOM_OBJECT_HINT}`,
  );
}

function findStep(scope: QueryScope, type: SObjectType, name: string): Step {
  const isNamed = (field: Field): boolean => field.relationshipName?.toLowerCase() === name.toLowerCase();
  const reference = type.fields.find(isNamed);
  if (!reference) throw noSuchRelationship(scope, name, type);
  return { relationship: reference.relationshipName ?? name, reference };
}

/** A reference that may lead to several objects has the columns of a user or queue: the last of them. */
function targetOf(scope: QueryScope, { reference }: Step): SObjectType {
  const known = reference.referenceTo.flatMap((name) => scope.org.schema.get(name.toLowerCase()) ?? []);
  const target = known.at(-1);
  if (!target) throw noSuchRelationship(scope, reference.relationshipName ?? reference.name, scope.type);
  return target;
}

const withoutAlias = (path: readonly string[], alias: string | null): readonly string[] =>
  path.length > 1 && alias !== null && path[0]?.toLowerCase() === alias.toLowerCase() ? path.slice(1) : path;

/** @throws SalesforceError INVALID_FIELD that points at the name */
export function findColumn(scope: QueryScope, name: string): Column {
  const path = withoutAlias(name.split('.'), scope.alias);
  const steps: Step[] = [];
  let type = scope.type;
  for (const relationship of path.slice(0, -1)) {
    const step = findStep(scope, type, relationship);
    steps.push(step);
    type = targetOf(scope, step);
  }
  const last = path.at(-1) ?? '';
  const field = findField(type, last);
  if (!field) throw noSuchColumn(scope, last, type);
  return { steps, field, name };
}

/** The record that `row`'s reference leads to, with its type. */
export function follow(org: Org, row: Row, step: Step): { type: SObjectType; row: Row } | null {
  const id = row[step.reference.name];
  const name = typeof id === 'string' ? org.keyPrefixes.get(id.slice(0, 3)) : undefined;
  if (typeof id !== 'string' || name === undefined) return null;
  const type = org.typeNamed(name);
  const found = org.tableOf(type).get(id);
  return found ? { type, row: found } : null;
}

export function valueAt(org: Org, row: Row, column: Column): FieldValue {
  let current = row;
  for (const step of column.steps) {
    const next = follow(org, current, step);
    if (!next) return null;
    current = next.row;
  }
  return current[column.field.name] ?? null;
}
