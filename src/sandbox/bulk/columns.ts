/** What a column of uploaded data stands for, and how its cells become values (Bulk API 2.0: "Valid CSV Record Rows"). */
import { SalesforceError, typeMismatched } from '../errors.ts';
import { findRelation } from '../records/relations.ts';
import { readValue } from '../records/values.ts';
import type { Org } from '../org.ts';
import type { Field, FieldType } from '../schema/field.ts';
import { findField, type SObjectType } from '../schema/sobjects.ts';
import { CsvError } from './csv.ts';

/** In a cell: clear the field. An empty cell leaves it alone. */
const NULL_CELL = '#N/A';

export interface DataColumn {
  readonly field: Field;
  /** The relationship whose record the cell names by its external id; null for a field of the record itself. */
  readonly relationship: string | null;
}

function findDataColumn(org: Org, type: SObjectType, name: string): DataColumn {
  const [first = '', second] = name.trim().split('.');
  const field = second === undefined ? findField(type, first) : findRelation(org, type, first, second)?.externalId;
  if (!field) throw new CsvError(`InvalidBatch : Field name not found : ${name}`);
  return { field, relationship: second === undefined ? null : first };
}

/** @throws CsvError for a header with a name that the object does not have */
export const findDataColumns = (org: Org, type: SObjectType, header: readonly string[]): DataColumn[] =>
  header.map((name) => findDataColumn(org, type, name));

const WORDS: Readonly<Record<string, boolean>> = {
  true: true,
  '1': true,
  yes: true,
  false: false,
  '0': false,
  no: false,
};

const CELL_READERS: Partial<Record<FieldType, (text: string) => unknown>> = {
  boolean: (text) => WORDS[text.toLowerCase()],
  int: Number,
  double: Number,
  currency: Number,
};

function readCell({ field }: DataColumn, cell: string): unknown {
  const value = CELL_READERS[field.type]?.(cell) ?? cell;
  try {
    readValue(field, value);
    return value;
  } catch (error) {
    if (error instanceof SalesforceError) throw typeMismatched(field.label, cell, field.name);
    throw error;
  }
}

/**
 * The record that a row is, as the body of a collection has it.
 *
 * @throws SalesforceError for a cell that is no value of its column's type
 */
export function readRow(type: SObjectType, columns: readonly DataColumn[], row: readonly string[]) {
  const record: Record<string, unknown> = { attributes: { type: type.name } };
  for (const [at, column] of columns.entries()) {
    const cell = row[at] ?? '';
    if (cell === '') continue;
    const value = cell === NULL_CELL ? null : readCell(column, cell);
    if (column.relationship === null) record[column.field.name] = value;
    else record[column.relationship] = value === null ? null : { [column.field.name]: value };
  }
  return record;
}
