/** How a record is created, changed, deleted and converted. */
import { formatDate, formatDateTime } from '../datetime.ts';
import { entityDeleted, externalIdNotFound, leadConverted } from '../errors.ts';
import { parseId } from '../ids.ts';
import type { Org, RecordWrite } from '../org.ts';
import type { FieldValue, Row } from '../schema/field.ts';
import type { SObjectType } from '../schema/sobjects.ts';
import { checkLock, checkRequired, checkUnique, checkValidationRule, checkValues } from './checks.ts';
import { checkDuplicates } from './duplicate-rule.ts';
import { readBody } from './read-body.ts';
import { buildRow, computeLead } from './row.ts';
import { idOf, isDeleted } from './table.ts';

/** Who saves, and what the request's headers ask for. */
export interface SaveContext {
  readonly org: Org;
  readonly userId: string;
  /** `/services/data/vXX.X`, for links in errors. */
  readonly base: string;
  /** Sforce-Auto-Assign: whether the active assignment rule gives the Lead an owner. */
  readonly autoAssign: boolean;
  /** Sforce-Duplicate-Rule-Header: allowSave. */
  readonly allowDuplicates: boolean;
}

function assign(context: SaveContext, changes: Row): Row {
  const owner = context.org.config.assignmentRuleOwner;
  return context.autoAssign && owner !== null ? { ...changes, OwnerId: parseId(owner) ?? owner } : changes;
}

const auditOf = ({ org, userId }: SaveContext): Record<string, FieldValue> => {
  const at = formatDateTime(org.now());
  return { LastModifiedDate: at, LastModifiedById: userId, SystemModstamp: at };
};

function checkRow(context: SaveContext, type: SObjectType, row: Row, changes: Row): void {
  checkRequired(type, row);
  checkValues(context.org, type, changes);
  checkValidationRule(context.org, type, row);
  checkDuplicates(context.org, context.base, type, row, context.allowDuplicates);
  checkUnique(context.org, type, row);
  checkLock(context.org, idOf(row));
}

/** Counts a write, and tells whoever watches once it is there to stay. */
function note(org: Org, type: SObjectType, action: RecordWrite['action'], record: Row): void {
  const { rows } = org.calls;
  rows[action] += 1;
  org.transactions.remember(() => (rows[action] -= 1));
  org.transactions.whenKept(() => org.onWrite({ sobject: type.name, action, id: idOf(record), record }));
}

/**
 * Saves a new record.
 *
 * @param extra values that the address gives and the body may not: the external id of an upsert
 * @returns its 18-character id
 */
export function createRecord(context: SaveContext, type: SObjectType, body: unknown, extra: Row = {}): string {
  const { org, userId } = context;
  const changes = { ...readBody(type, body, 'create'), ...extra };
  const audit = auditOf(context);
  const defaults = { OwnerId: userId, CreatedById: userId, CreatedDate: audit['LastModifiedDate'] ?? null };
  const id = org.newId(type.keyPrefix);
  const own = buildRow(type, assign(context, { ...defaults, ...audit, ...changes, Id: id }));
  const row = { ...own, ...computeLead(own) };
  checkRow(context, type, row, changes);
  org.tableOf(type).insert(row);
  note(org, type, 'created', row);
  return id;
}

/** Changes the fields that `body` names. */
export function updateRecord(context: SaveContext, type: SObjectType, before: Row, body: unknown): void {
  const { org } = context;
  const changes = readBody(type, body, 'update');
  if (before['IsConverted'] === true) throw leadConverted();
  const own = assign(context, { ...before, ...changes, ...auditOf(context) });
  const row = { ...own, ...computeLead(own) };
  checkRow(context, type, row, changes);
  org.tableOf(type).replace(row);
  note(org, type, 'updated', row);
}

/** Moves a record to the recycle bin. */
export function deleteRecord(context: SaveContext, type: SObjectType, before: Row): void {
  checkLock(context.org, idOf(before));
  const row = { ...before, ...auditOf(context), IsDeleted: true };
  context.org.tableOf(type).replace(row);
  note(context.org, type, 'deleted', row);
}

/** Does what a sales person's Convert button does, as far as the Lead shows it. */
export function convertLead(org: Org, type: SObjectType, before: Row): Row {
  const row = {
    ...before,
    IsConverted: true,
    Status: 'Closed - Converted',
    ConvertedDate: formatDate(org.now()),
    ConvertedAccountId: org.newId('001'),
    ConvertedContactId: org.newId('003'),
    SystemModstamp: formatDateTime(org.now()),
  };
  org.tableOf(type).replace(row);
  return row;
}

/**
 * Finds a live record by either form of its id.
 *
 * @throws SalesforceError 404 NOT_FOUND for an id nobody has, 404 ENTITY_IS_DELETED for one in the recycle bin
 */
export function findRecord(org: Org, type: SObjectType, text: string): Row {
  const id = parseId(text);
  const row = id === null ? undefined : org.tableOf(type).get(id);
  if (!row) throw externalIdNotFound(text);
  if (isDeleted(row)) throw entityDeleted();
  return row;
}
