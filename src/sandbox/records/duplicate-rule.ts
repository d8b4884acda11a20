/** When a Lead looks like one that is there already (help: "Duplicate Rules"; DUPLICATES_DETECTED). */
import { SalesforceError } from '../errors.ts';
import type { Org } from '../org.ts';
import type { Row } from '../schema/field.ts';
import type { SObjectType } from '../schema/sobjects.ts';
import { attributesOf } from './render.ts';
import { idOf } from './table.ts';

const MESSAGE = 'Use one of these records?';

function describeMatch(base: string, type: SObjectType, row: Row) {
  const record = { attributes: attributesOf(base, type, row), Id: idOf(row) };
  return { additionalInformation: [], fieldDiffs: [], matchConfidence: 100, record };
}

function describeDuplicates(base: string, type: SObjectType, rows: readonly Row[], allowSave: boolean) {
  const match = {
    entityType: type.name,
    errors: [],
    matchEngine: 'FuzzyMatchEngine',
    matchRecords: rows.map((row) => describeMatch(base, type, row)),
    rule: `Standard_${type.name}_Match_Rule_v1_0`,
    size: rows.length,
    success: true,
  };
  return {
    allowSave,
    duplicateRule: `Standard_${type.name}_Duplicate_Rule`,
    duplicateRuleEntityType: type.name,
    errorMessage: MESSAGE,
    matchResults: [match],
  };
}

/**
 * Refuses a Lead whose e-mail address another live Lead has, as the standard rule set to "block", or to
 * "alert" without the caller's allowSave, would. The real rule also compares names and companies loosely.
 */
export function checkDuplicates(org: Org, base: string, type: SObjectType, row: Row, allowSave: boolean): void {
  const { duplicateRule, duplicateResultKey } = org.config;
  if (duplicateRule === 'off' || (duplicateRule === 'alert' && allowSave)) return;
  const others = org.tableOf(type).liveWith('Email', row['Email'] ?? null);
  const matches = others.filter((other) => idOf(other) !== idOf(row));
  if (row['Email'] === null || matches.length === 0) return;
  const details = describeDuplicates(base, type, matches, duplicateRule === 'alert');
  const item = { [duplicateResultKey]: details, errorCode: 'DUPLICATES_DETECTED', message: MESSAGE };
  throw new SalesforceError(400, [item]);
}
