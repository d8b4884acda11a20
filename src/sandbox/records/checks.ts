/** Which rows the org refuses to save (Object Reference: Lead; data integrity errors). */
import {
  customValidation,
  duplicateValue,
  ownerInactive,
  referenceUnknown,
  requiredMissing,
  rowLocked,
  SalesforceError,
  type ErrorItem,
} from '../errors.ts';
import { toId15 } from '../ids.ts';
import type { Org } from '../org.ts';
import type { Field, FieldValue, Row } from '../schema/field.ts';
import { findField, type SObjectType } from '../schema/sobjects.ts';
import { idOf, isDeleted } from './table.ts';
import { checkValue } from './values.ts';

export function checkRequired(type: SObjectType, row: Row): void {
  const missing = type.requiredFields.filter((field) => row[field.name] === null);
  if (missing.length > 0) throw requiredMissing(missing.map((field) => field.name));
}

function findReferenced(org: Org, id: string): Row | undefined {
  const name = org.keyPrefixes.get(id.slice(0, 3));
  const row = name === undefined ? undefined : org.tableOf(org.typeNamed(name)).get(id);
  return row && !isDeleted(row) ? row : undefined;
}

/** A reference must lead to a record, and an owner must be active. */
function checkReference(org: Org, field: Field, value: FieldValue): ErrorItem | null {
  if (field.type !== 'reference' || typeof value !== 'string') return null;
  const row = findReferenced(org, value);
  if (!row) return referenceUnknown();
  return field.name === 'OwnerId' && row['IsActive'] === false ? ownerInactive(toId15(value)) : null;
}

/** @param changes the values that the request sets; all of their faults are reported at once */
export function checkValues(org: Org, type: SObjectType, changes: Row): void {
  const faults = Object.entries(changes).flatMap(([name, value]) => {
    const field = findField(type, name);
    if (!field) return [];
    return checkValue(field, value, org.keyPrefixes) ?? checkReference(org, field, value) ?? [];
  });
  if (faults.length > 0) throw new SalesforceError(400, faults);
}

export function checkValidationRule(org: Org, type: SObjectType, row: Row): void {
  const rule = org.config.validationRule;
  const field = rule && findField(type, rule.field);
  if (field && row[field.name] === rule.value) throw customValidation(rule.message);
}

export function checkUnique(org: Org, type: SObjectType, row: Row): void {
  for (const field of type.uniqueFields.filter((each) => row[each.name] !== null)) {
    const other = org
      .tableOf(type)
      .liveWith(field.name, row[field.name] ?? null)
      .find((each) => idOf(each) !== idOf(row));
    if (other) throw duplicateValue(field.name, toId15(idOf(other)));
  }
}

/** Refuses every so many writes, as another transaction that holds the row would. */
export function checkLock(org: Org, id: string): void {
  org.lockDebt += org.config.rowLockRate;
  if (org.lockDebt < 1) return;
  org.lockDebt -= 1;
  throw rowLocked(toId15(id));
}
