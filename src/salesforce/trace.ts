/** What became of Leads that are known by id: converted, deleted, merged. */
import type { Trace, TracedLead } from '../provisioning/lead-target.ts';
import type { Connection } from './connection.ts';
import { isLeadId } from './find.ts';
import { fieldOf, isText } from './json.ts';
import { queryIn } from './query.ts';

type Row = Readonly<Record<string, unknown>>;

/** Asks the recycle bin too (REST API Developer Guide, QueryAll). */
export async function traceLeads(
  connection: Connection,
  externalIdField: string | undefined,
  leadIds: readonly string[],
  deadline: number,
): Promise<Trace> {
  const fate = ['Id', 'IsDeleted', 'MasterRecordId', 'IsConverted', 'ConvertedContactId'];
  const select = externalIdField === undefined ? fate : [...fate, externalIdField];
  const question = { select, field: 'Id', values: leadIds.filter(isLeadId), withDeleted: true };
  const result = await queryIn(connection, question, deadline);
  if (result.kind === 'failed') return result;
  return { kind: 'traced', leads: result.value.flatMap((row) => traceOf(row, externalIdField)) };
}

function traceOf(row: Row, externalIdField: string | undefined): readonly TracedLead[] {
  const { Id: leadId, IsDeleted, MasterRecordId: masterId, IsConverted, ConvertedContactId: contactId } = row;
  if (!isText(leadId)) return [];
  const externalId = externalIdField === undefined ? undefined : fieldOf(row, externalIdField);
  return [
    {
      leadId,
      isDeleted: IsDeleted === true,
      isConverted: IsConverted === true,
      ...(isText(masterId) && { masterId }),
      ...(isText(contactId) && { contactId }),
      ...(isText(externalId) && { externalId }),
    },
  ];
}
