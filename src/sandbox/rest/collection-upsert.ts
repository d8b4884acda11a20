/** How up to 200 records are upserted by an external id in one call (Upsert Records Using sObject Collections). */
import { argumentMissing, externalIdAmbiguous, externalIdRepeated, fieldNotWelcome, typeInvalid } from '../errors.ts';
import { createRecord, updateRecord, type SaveContext } from '../records/save.ts';
import { idOf } from '../records/table.ts';
import { isVisible } from '../records/visibility.ts';
import { readValue } from '../records/values.ts';
import type { Field, FieldValue } from '../schema/field.ts';
import type { SObjectType } from '../schema/sobjects.ts';
import { param, requireType, saveContextOf, type Answer, type Call } from './call.ts';
import { keyOfId, readRecords, saved, saveEach, typeOf } from './collections.ts';
import { requireExternalId } from './external-id.ts';

type RowRecord = Readonly<Record<string, unknown>>;

interface Upsert {
  readonly type: SObjectType;
  readonly field: Field;
  /** Lower-cased external ids that more than one record of the request has. */
  readonly repeated: ReadonlySet<string>;
}

function valueOf(field: Field, record: RowRecord): FieldValue {
  const key = Object.keys(record).find((name) => name.toLowerCase() === field.name.toLowerCase());
  return key === undefined ? null : readValue(field, record[key]);
}

const keyOf = (value: FieldValue): string => String(value).toLowerCase();

export function findRepeated(field: Field, records: readonly RowRecord[]): ReadonlySet<string> {
  const seen = new Set<string>();
  const repeated = new Set<string>();
  for (const value of records.map((record) => valueOf(field, record))) {
    if (value !== null && seen.has(keyOf(value))) repeated.add(keyOf(value));
    seen.add(keyOf(value));
  }
  return repeated;
}

function checkRecord(context: SaveContext, { type, field, repeated }: Upsert, record: RowRecord): FieldValue {
  if (typeOf(context.org, record) !== type) throw typeInvalid(`every record must be of type ${type.name}`);
  if (keyOfId(record) !== undefined) throw fieldNotWelcome('Id');
  const value = valueOf(field, record);
  if (value === null) throw argumentMissing(field.name);
  if (repeated.has(keyOf(value))) throw externalIdRepeated(String(value));
  return value;
}

export function upsertOne(context: SaveContext, upsert: Upsert, record: RowRecord) {
  const { type, field } = upsert;
  const value = checkRecord(context, upsert, record);
  const rows = context.org.tableOf(type).liveWith(field.name, value);
  const [row, ...others] = rows.filter((each) => isVisible(context.org, each));
  if (!row) return saved(createRecord(context, type, record), { created: true });
  if (others.length > 0) throw externalIdAmbiguous(field.name, String(value));
  updateRecord(context, type, row, record);
  return saved(idOf(row), { created: false });
}

/** Records that share an external id are all refused: which of them should win? */
export function upsertCollection(call: Call): Answer {
  const type = requireType(call);
  const field = requireExternalId(type, param(call, 'field'));
  const { records, allOrNone } = readRecords(call);
  const context = saveContextOf(call);
  const upsert = { type, field, repeated: findRepeated(field, records) };
  return saveEach(call.org, records, allOrNone, (record) => upsertOne(context, upsert, record));
}
