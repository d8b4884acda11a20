/** What people do to records in Salesforce's own pages, and the REST API cannot: convert, merge, undelete, empty the bin. */
import { formatDate, formatDateTime } from '../datetime.ts';
import { leadConverted, notInRecycleBin } from '../errors.ts';
import { RUN_AS_USER, type Org } from '../org.ts';
import type { Row } from '../schema/field.ts';
import type { SObjectType } from '../schema/sobjects.ts';
import { checkUnique } from './checks.ts';
import { childrenOf, findMember, type Child } from './members.ts';
import { buildRow, compute } from './row.ts';
import { deleteRecord, findRecord, type SaveContext } from './save.ts';
import { idOf, isDeleted } from './table.ts';

/** Salesforce merges three Leads at most: the one that stays and two more. */
const MAX_LOSERS = 2;

/** The administrator, who has rules and headers out of the way. */
export const asAdministrator = (org: Org): SaveContext => ({
  org,
  userId: idOf(org.userNamed(RUN_AS_USER)),
  base: `/services/data/v${org.config.maxApiVersion}.0`,
  autoAssign: false,
  allowDuplicates: true,
});

function change(org: Org, type: SObjectType, before: Row, changes: Row): Row {
  const at = formatDateTime(org.now());
  const audit = { LastModifiedDate: at, LastModifiedById: asAdministrator(org).userId, SystemModstamp: at };
  const row = compute(type, { ...before, ...changes, ...audit }, org.now());
  org.tableOf(type).replace(row);
  return row;
}

function insert(org: Org, name: string, values: Row): string {
  const type = org.typeNamed(name);
  const at = formatDateTime(org.now());
  const { userId } = asAdministrator(org);
  const audit = { CreatedDate: at, CreatedById: userId, LastModifiedDate: at, LastModifiedById: userId };
  const id = org.newId(type.keyPrefix);
  const row = compute(type, buildRow(type, { ...audit, SystemModstamp: at, ...values, Id: id }), org.now());
  org.tableOf(type).insert(row);
  return id;
}

const ADDRESS = ['Street', 'City', 'State', 'PostalCode', 'Country'];

const addressOf = (lead: Row, prefix: string): Row =>
  Object.fromEntries(ADDRESS.map((part) => [prefix + part, lead[part] ?? null]));

/** A queue owns Leads only; what they become belongs to somebody. */
const ownerOf = (org: Org, lead: Row): Row =>
  String(lead['OwnerId']).startsWith('005') ? {} : { OwnerId: asAdministrator(org).userId };

function createAccount(org: Org, lead: Row): string {
  return insert(org, 'Account', {
    ...lead,
    ...addressOf(lead, 'Billing'),
    ...ownerOf(org, lead),
    Name: lead['Company'] ?? null,
  });
}

function createContact(org: Org, lead: Row, accountId: string): string {
  return insert(org, 'Contact', {
    ...lead,
    ...addressOf(lead, 'Mailing'),
    ...ownerOf(org, lead),
    AccountId: accountId,
  });
}

/**
 * Does what a sales person's Convert button does: the Lead becomes read-only, and an Account and a Contact have what it
 * had. Its memberships in campaigns go to the Contact.
 *
 * @throws SalesforceError CANNOT_UPDATE_CONVERTED_LEAD the second time
 */
export function convertLead(org: Org, id: string): Row {
  const type = org.typeNamed('Lead');
  const lead = findRecord(org, type, id);
  if (lead['IsConverted'] === true) throw leadConverted();
  const accountId = createAccount(org, { ...lead, IsDeleted: false });
  const contactId = createContact(org, lead, accountId);
  for (const { sobject, row } of childrenOf(org, 'Lead', idOf(lead)))
    change(org, org.typeNamed(sobject), row, { ContactId: contactId });
  return change(org, type, lead, {
    IsConverted: true,
    Status: 'Closed - Converted',
    ConvertedDate: formatDate(org.now()),
    ConvertedAccountId: accountId,
    ConvertedContactId: contactId,
  });
}

/** A membership that the master has already goes with the loser. */
function moveMember(org: Org, { sobject, row }: Child, masterId: string): void {
  if (isDeleted(row) || findMember(org, String(row['CampaignId']), 'LeadId', masterId)) return;
  change(org, org.typeNamed(sobject), row, { LeadId: masterId });
}

/**
 * Does what Merge Leads does: the losers go to the recycle bin, and say in MasterRecordId which Lead stands for them.
 *
 * @throws TypeError for more losers than Salesforce takes; SalesforceError for one that is not there or was converted
 */
export function mergeLeads(org: Org, masterId: string, loserIds: readonly string[]): Row {
  const type = org.typeNamed('Lead');
  const master = findRecord(org, type, masterId);
  const losers = loserIds.map((id) => findRecord(org, type, id));
  if (losers.length < 1 || losers.length > MAX_LOSERS || losers.some((loser) => idOf(loser) === idOf(master)))
    throw new TypeError(`losers: must be one or two other Leads`);
  if ([master, ...losers].some((lead) => lead['IsConverted'] === true)) throw leadConverted();
  for (const loser of losers) {
    for (const child of childrenOf(org, 'Lead', idOf(loser))) moveMember(org, child, idOf(master));
    deleteRecord(asAdministrator(org), type, change(org, type, loser, { MasterRecordId: idOf(master) }));
  }
  return change(org, type, master, {});
}

/**
 * Takes a record out of the recycle bin, and with it those that went with it.
 *
 * @throws SalesforceError UNDELETE_FAILED for a record that is not there, DUPLICATE_VALUE when another has its external id now
 */
export function undelete(org: Org, type: SObjectType, id: string): Row {
  const row = org.tableOf(type).get(id);
  if (!row || !isDeleted(row)) throw notInRecycleBin();
  checkUnique(org, type, row);
  const wentWith = childrenOf(org, type.name, id).filter(
    (child) => isDeleted(child.row) && child.row['SystemModstamp'] === row['SystemModstamp'],
  );
  for (const child of wentWith) change(org, org.typeNamed(child.sobject), child.row, { IsDeleted: false });
  return change(org, type, row, { IsDeleted: false, ...('MasterRecordId' in row && { MasterRecordId: null }) });
}

/** Empties the recycle bin: what was in it is unknown from now on. */
export function emptyRecycleBin(org: Org): void {
  for (const type of org.schema.values()) {
    const table = org.tableOf(type);
    for (const row of [...table.all()].filter(isDeleted)) table.remove(row);
  }
}
