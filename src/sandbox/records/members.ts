/** Whom a campaign takes as a member, and what goes when a record goes (Object Reference: CampaignMember). */
import { alreadyMember, leadConverted, requiredMissing } from '../errors.ts';
import type { Org } from '../org.ts';
import type { Row } from '../schema/field.ts';
import { idOf } from './table.ts';

type Link = readonly [sobject: string, field: string];

/** The records that are deleted with one of an object: those that name it in `field`. */
const CHILDREN: Readonly<Record<string, readonly Link[]>> = {
  Account: [['Contact', 'AccountId']],
  Campaign: [['CampaignMember', 'CampaignId']],
  Contact: [['CampaignMember', 'ContactId']],
  Lead: [['CampaignMember', 'LeadId']],
};

export interface Child {
  readonly sobject: string;
  readonly row: Row;
}

/** The records that hang on one, deleted ones too. */
export function childrenOf(org: Org, sobject: string, id: string): Child[] {
  return (CHILDREN[sobject] ?? []).flatMap(([name, field]) => {
    const table = org.tableOf(org.typeNamed(name));
    const rows = [...table.idsWith(field, id)].map((childId) => table.get(childId));
    return rows.filter((row) => row !== undefined).map((row) => ({ sobject: name, row }));
  });
}

/** The live membership of a Lead or Contact in a campaign. */
export function findMember(org: Org, campaignId: string, field: string, personId: string): Row | undefined {
  const table = org.tableOf(org.typeNamed('CampaignMember'));
  return table.liveWith(field, personId).find((row) => row['CampaignId'] === campaignId);
}

/** @throws SalesforceError for nobody, for a Lead that was converted, and for who is a member already */
export function checkMember(org: Org, row: Row): void {
  const field = row['LeadId'] === null ? 'ContactId' : 'LeadId';
  const personId = row[field];
  if (typeof personId !== 'string') throw requiredMissing(['LeadId']);
  const lead = org.tableOf(org.typeNamed('Lead')).get(personId);
  const other = findMember(org, String(row['CampaignId']), field, personId);
  if (other && idOf(other) !== idOf(row)) throw alreadyMember();
  if (!other && lead?.['IsConverted'] === true) throw leadConverted();
}
