/** How Salesforce's Leads become the target of provisioning. */
import type { LeadReader, LeadTarget } from '../provisioning/lead-target.ts';
import { createMemberWriter } from './campaign-members.ts';
import { connect, type Connection } from './connection.ts';
import { describeLead, type LeadDescription } from './describe.ts';
import { findLeads } from './find.ts';
import { fingerprint } from './fingerprint.ts';
import { dailyCalls, fetchLimits, type OrgLimits } from './limits.ts';
import { DEFAULT_TIMEOUT_MS, type SalesforceOptions } from './options.ts';
import { createLoader } from './loads.ts';
import { listLeads, readLeads } from './read.ts';
import { traceLeads } from './trace.ts';
import { createWriter } from './write.ts';

export interface SalesforceLeads extends LeadTarget, LeadReader {
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
  const { externalIdField, now, timeoutMs = DEFAULT_TIMEOUT_MS } = options;
  const writer = createWriter({ connection, externalIdField, timeoutMs, now });
  return {
    ...(externalIdField === undefined ? {} : { externalIdField }),
    get batchSize() {
      return writer.batchSize;
    },
    write: writer.write,
    answeredAt: writer.answeredAt,
    find: (by, values, deadline) => findLeads(connection, externalIdField, by, values, deadline),
    trace: (leadIds, deadline) => traceLeads(connection, externalIdField, leadIds, deadline),
    readLeads: (leadIds, fields, deadline) => readLeads(connection, externalIdField, leadIds, fields, deadline),
    listLeads: (request, deadline) => listLeads(connection, externalIdField, request, deadline),
    loader: createLoader(connection, externalIdField),
    writeMembers: createMemberWriter(connection),
    userId: () => connection.userId(),
    leadUrl: (leadId) => leadUrl(connection.instanceUrl(), leadId),
    describeLead: () => describeLead(connection),
    limits: () => fetchLimits(connection),
    apiUsage: () => connection.apiUsage(),
    askApiUsage: (deadline) => askApiUsage(connection, deadline),
    credentials: once(() => fingerprint(options)),
    reset: () => connection.reset(),
    close: () => connection.close(),
  };
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
}

async function askApiUsage(connection: Connection, deadline: number) {
  const answer = await fetchLimits(connection, deadline);
  if (answer.kind === 'failed') return answer;
  const usage = dailyCalls(answer.limits);
  if (usage) connection.noteUsage(usage);
  return { kind: 'told' } as const;
}

/** Lightning and Classic both lead from here to the record's page. */
const leadUrl = (instanceUrl: string | undefined, leadId: string): string | undefined =>
  instanceUrl === undefined ? undefined : new URL(`/${encodeURIComponent(leadId)}`, instanceUrl).href;
