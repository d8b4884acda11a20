/** How a record is created, changed and deleted. */
import { formatDateTime } from '../datetime.ts';
import { entityDeleted, externalIdNotFound, leadConverted } from '../errors.ts';
import { parseId } from '../ids.ts';
import type { Org, RecordWrite } from '../org.ts';
import type { FieldValue, Row } from '../schema/field.ts';
import type { SObjectType } from '../schema/sobjects.ts';
import { checkLock, checkRequired, checkUnique, checkValidationRule, checkValues } from './checks.ts';
import { checkDuplicates } from './duplicate-rule.ts';
import { checkMember, childrenOf } from './members.ts';
import { readBody } from './read-body.ts';
import { resolveRelations } from './relations.ts';
import { buildRow, compute } from './row.ts';
import { resolvePlaces } from './state-country.ts';
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

/** What an object asks of its records beyond their fields. */
const RULES: Readonly<Record<string, (context: SaveContext, type: SObjectType, row: Row) => void>> = {
  Lead: (context, type, row) => {
    checkValidationRule(context.org, type, row);
    checkDuplicates(context.org, context.base, type, row, context.allowDuplicates);
  },
  CampaignMember: ({ org }, _type, row) => checkMember(org, row),
};

function assign({ org, autoAssign }: SaveContext, type: SObjectType): Row {
  const owner = org.config.assignmentRuleOwner;
  return type.name === 'Lead' && autoAssign && owner !== null ? { OwnerId: parseId(owner) ?? owner } : {};
}

const auditOf = ({ org, userId }: SaveContext): Record<string, FieldValue> => {
  const at = formatDateTime(org.now());
  return { LastModifiedDate: at, LastModifiedById: userId, SystemModstamp: at };
};

/** The row with what follows from the changes. */
function complete({ org }: SaveContext, type: SObjectType, row: Row, changes: Row): Row {
  const hasPlaces = type.name === 'Lead' && org.config.stateCountryPicklists;
  return compute(type, hasPlaces ? { ...row, ...resolvePlaces(row, changes) } : row, org.now());
}

function checkRow(context: SaveContext, type: SObjectType, row: Row, changes: Row): void {
  checkRequired(type, row);
  checkValues(context.org, type, changes);
  RULES[type.name]?.(context, type, row);
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
  const changes = { ...readBody(type, resolveRelations(org, type, body), 'create'), ...extra };
  const audit = auditOf(context);
  const defaults = { OwnerId: userId, CreatedById: userId, CreatedDate: audit['LastModifiedDate'] ?? null };
  const id = org.newId(type.keyPrefix);
  const own = buildRow(type, { ...defaults, ...audit, ...changes, ...assign(context, type), Id: id });
  const row = complete(context, type, own, changes);
  checkRow(context, type, row, changes);
  org.tableOf(type).insert(row);
  note(org, type, 'created', row);
  return id;
}

/** Changes the fields that `body` names. */
export function updateRecord(context: SaveContext, type: SObjectType, before: Row, body: unknown): void {
  const { org } = context;
  const changes = readBody(type, resolveRelations(org, type, body), 'update');
  if (before['IsConverted'] === true) throw leadConverted();
  const own = { ...before, ...changes, ...auditOf(context), ...assign(context, type) };
  const row = complete(context, type, own, changes);
  checkRow(context, type, row, changes);
  org.tableOf(type).replace(row);
  note(org, type, 'updated', row);
}

/** Moves a record to the recycle bin, and with it those that hang on it. */
export function deleteRecord(context: SaveContext, type: SObjectType, before: Row): void {
  const { org } = context;
  checkLock(org, idOf(before));
  for (const child of childrenOf(org, type.name, idOf(before)))
    if (!isDeleted(child.row)) moveToBin(context, org.typeNamed(child.sobject), child.row);
  moveToBin(context, type, before);
}

function moveToBin(context: SaveContext, type: SObjectType, before: Row): void {
  const row = { ...before, ...auditOf(context), IsDeleted: true };
  context.org.tableOf(type).replace(row);
  note(context.org, type, 'deleted', row);
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
