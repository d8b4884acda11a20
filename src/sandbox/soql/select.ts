/** What one row of a query result shows (SOQL: SELECT). */
import type { FieldType as SelectItem, Query } from '@jetstreamapp/soql-parser-js';
import { fieldInvalid, malformedQuery } from '../errors.ts';
import { attributesOf, outputValue, type OutputRecord } from '../records/render.ts';
import type { Row } from '../schema/field.ts';
import type { SObjectType } from '../schema/sobjects.ts';
import { findColumn, follow, type Column, type QueryScope } from './columns.ts';

const MAX_ROWS_WITH_ALL_FIELDS = 200;

/** @param group FIELDS(ALL), FIELDS(STANDARD) or FIELDS(CUSTOM) */
function namesOfGroup(scope: QueryScope, group: string, query: Query): string[] {
  const limit = query.limit ?? Infinity;
  if (group !== 'FIELDS(STANDARD)' && limit > MAX_ROWS_WITH_ALL_FIELDS)
    throw malformedQuery(`The SOQL FIELDS function must have a LIMIT of at most ${MAX_ROWS_WITH_ALL_FIELDS}`);
  const fields = scope.type.fields.filter(
    (field) => group === 'FIELDS(ALL)' || field.custom === (group === 'FIELDS(CUSTOM)'),
  );
  return fields.map((field) => field.name);
}

/** The column names that an item of SELECT stands for. */
function namesOf(scope: QueryScope, item: SelectItem, query: Query): string[] {
  if (item.type === 'Field') {
    if (item.alias !== undefined) throw malformedQuery('only aggregate expressions use field aliasing');
    return [item.field];
  }
  if (item.type === 'FieldRelationship') return [[...item.relationships, item.field].join('.')];
  if (item.type === 'FieldFunctionExpression' && item.functionName.toUpperCase() === 'FIELDS')
    return namesOfGroup(scope, (item.rawValue ?? '').toUpperCase(), query);
  throw malformedQuery(`${item.type} in SELECT is not known to this stand-in`);
}

function refuseRepeated(names: readonly string[]): void {
  const seen = new Set<string>();
  for (const name of names) {
    if (seen.has(name.toLowerCase())) throw fieldInvalid(`duplicate field selected: ${name}`);
    seen.add(name.toLowerCase());
  }
}

/** @throws SalesforceError INVALID_FIELD for unknown and repeated columns */
export function selectColumns(scope: QueryScope, query: Query): Column[] {
  const names = (query.fields ?? []).flatMap((item) => namesOf(scope, item, query));
  refuseRepeated(names);
  return names.map((name) => findColumn(scope, name));
}

interface Target {
  readonly type: SObjectType;
  readonly row: Row;
}

const byFirstStep = (columns: readonly Column[]): Map<string, Column[]> => {
  const groups = new Map<string, Column[]>();
  for (const column of columns) {
    const key = column.steps[0]?.relationship ?? '';
    groups.set(key, [...(groups.get(key) ?? []), column]);
  }
  return groups;
};

const withoutFirstStep = (column: Column): Column => ({ ...column, steps: column.steps.slice(1) });

function renderRelated(scope: QueryScope, base: string, { row }: Target, columns: readonly Column[]) {
  const step = columns[0]?.steps[0];
  const target = step ? follow(scope.org, row, step) : null;
  return target ? renderColumns(scope, base, target, columns.map(withoutFirstStep)) : null;
}

/** A record with the selected columns; those behind a relationship are a record in the record. */
export function renderColumns(
  scope: QueryScope,
  base: string,
  target: Target,
  columns: readonly Column[],
): OutputRecord {
  const record: { attributes: OutputRecord['attributes']; [field: string]: unknown } = {
    attributes: attributesOf(base, target.type, target.row),
  };
  for (const { steps, field } of columns) if (steps.length === 0) record[field.name] = outputValue(field, target.row);
  for (const [relationship, group] of byFirstStep(columns.filter((column) => column.steps.length > 0)))
    record[relationship] = renderRelated(scope, base, target, group);
  return record;
}
