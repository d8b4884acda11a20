/** How Salesforce's Leads become the target of provisioning. */
import type { LeadOutcome, LeadTarget, LeadWrite } from '../provisioning/lead-target.ts';
import { createMemberWriter } from './campaign-members.ts';
import { createLeads, deleteLeads, MAX_RECORDS, updateLeads, upsertLeads } from './collections.ts';
import { connect, type Connection } from './connection.ts';
import { describeLead, type LeadDescription } from './describe.ts';
import { findLeads } from './find.ts';
import { fetchLimits, type OrgLimits } from './limits.ts';
import type { SalesforceOptions } from './options.ts';

export interface SalesforceLeads extends LeadTarget {
  describeLead(): Promise<LeadDescription>;
  limits(): Promise<OrgLimits>;
  /** Lets the client log in again after a refusal of its credentials, which it otherwise remembers and repeats. */
  reset(): void;
  /** Closes the connections; calls in flight end as lost. The session stays, for logins of one user may share it. */
  close(): void;
}

/** @throws TypeError when the login URL or the private key of the JWT bearer flow cannot be read */
export function createLeadTarget(options: SalesforceOptions): SalesforceLeads {
  const connection = connect(options);
  const { externalIdField } = options;
  return {
    ...(externalIdField === undefined ? {} : { externalIdField }),
    write: (writes, deadline) => writeLeads(connection, externalIdField, writes, deadline),
    find: (by, values, deadline) => findLeads(connection, externalIdField, by, values, deadline),
    writeMembers: createMemberWriter(connection),
    leadUrl: (leadId) => leadUrl(connection.instanceUrl(), leadId),
    describeLead: () => describeLead(connection),
    limits: () => fetchLimits(connection),
    reset: () => connection.reset(),
    close: () => connection.close(),
  };
}

type Kind = LeadWrite['kind'];
type WriteOf<K extends Kind> = Extract<LeadWrite, { readonly kind: K }>;
type Outcomes = readonly LeadOutcome[];

/** Deletes go first and creates last: what a deleted Lead held in a unique field is then free for others. */
async function writeLeads(
  connection: Connection,
  externalIdField: string | undefined,
  writes: readonly LeadWrite[],
  deadline: number,
): Promise<Outcomes> {
  if (writes.length > MAX_RECORDS) throw new TypeError(`${writes.length} writes; a collection holds ${MAX_RECORDS}`);
  const outcomes: Record<Kind, Outcomes> = {
    delete: await unlessEmpty(only(writes, 'delete'), (some) =>
      deleteLeads(
        connection,
        some.map(({ leadId }) => leadId),
        deadline,
      ),
    ),
    update: await unlessEmpty(only(writes, 'update'), (some) => updateLeads(connection, some, deadline)),
    upsert: await unlessEmpty(only(writes, 'upsert'), (some) =>
      upsertLeads(connection, requireField(externalIdField), some, deadline),
    ),
    create: await unlessEmpty(only(writes, 'create'), (some) =>
      createLeads(
        connection,
        some.map(({ fields }) => fields),
        deadline,
      ),
    ),
  };
  return inOrder(writes, outcomes);
}

const only = <K extends Kind>(writes: readonly LeadWrite[], kind: K): readonly WriteOf<K>[] =>
  writes.filter((write): write is WriteOf<K> => write.kind === kind);

const unlessEmpty = <T>(items: readonly T[], send: (items: readonly T[]) => Promise<Outcomes>): Promise<Outcomes> =>
  items.length === 0 ? Promise.resolve([]) : send(items);

/** Gives each write the next outcome of its kind. */
function inOrder(writes: readonly LeadWrite[], outcomes: Readonly<Record<Kind, Outcomes>>): Outcomes {
  const next: Record<Kind, Iterator<LeadOutcome, undefined>> = {
    delete: outcomes.delete[Symbol.iterator](),
    update: outcomes.update[Symbol.iterator](),
    upsert: outcomes.upsert[Symbol.iterator](),
    create: outcomes.create[Symbol.iterator](),
  };
  return writes.flatMap(({ kind }) => next[kind].next().value ?? []);
}

function requireField(externalIdField: string | undefined): string {
  if (externalIdField === undefined) throw new TypeError('an upsert needs an external-id field');
  return externalIdField;
}

/** Lightning and Classic both lead from here to the record's page. */
const leadUrl = (instanceUrl: string | undefined, leadId: string): string | undefined =>
  instanceUrl === undefined ? undefined : new URL(`/${encodeURIComponent(leadId)}`, instanceUrl).href;
