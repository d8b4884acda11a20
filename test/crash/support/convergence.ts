/** Whether Salesforce ends up with what the clients know: one Lead for each user, as it is now, and no other. */
import { NO_MEMBER_LISTS } from '../../../src/storage/member-lists.ts';
import { openStoreBeside } from '../../../src/database.ts';
import { CONNECTOR, lanesNotIdle } from './lanes.ts';
import type { Findings } from './findings.ts';

export interface ExpectedLead {
  readonly counter: number;
  readonly email: string;
}

type Lead = Readonly<Record<string, unknown>>;

export interface Convergence {
  readonly databaseUrl: string;
  readonly salesforceUrl: string;
  /** By the id of the user. */
  readonly expected: ReadonlyMap<string, ExpectedLead>;
  readonly findings: Findings;
  /** Generous: what takes longer hangs. */
  readonly timeoutMs: number;
}

/** Waits for it; what is still wrong at the end is stuck. */
export async function converge(options: Convergence): Promise<void> {
  const store = openStoreBeside(
    { DATABASE_URL: options.databaseUrl },
    { connectors: new Map(), keyTables: new Map(), memberLists: NO_MEMBER_LISTS },
  );
  try {
    const until = Date.now() + options.timeoutMs;
    for (;;) {
      const { due } = await store.countLanes(CONNECTOR);
      const faults = due === 0 ? compare(await readLeads(options.salesforceUrl), options.expected) : [];
      if (due === 0 && faults.length === 0) break;
      if (Date.now() > until) {
        await tellStuck(options);
        return;
      }
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    for (const lane of await lanesNotIdle(options.databaseUrl)) options.findings.add('stuck', JSON.stringify(lane));
  } finally {
    await store.close();
  }
}

async function tellStuck({ databaseUrl, salesforceUrl, expected, findings }: Convergence): Promise<void> {
  for (const fault of compare(await readLeads(salesforceUrl), expected)) findings.add('stuck', fault);
  for (const lane of await lanesNotIdle(databaseUrl)) findings.add('stuck', JSON.stringify(lane));
}

export async function readLeads(salesforceUrl: string): Promise<readonly Lead[]> {
  return (await fetch(`${salesforceUrl}/sandbox/records/Lead`)).json() as Promise<Lead[]>;
}

function compare(leads: readonly Lead[], expected: Convergence['expected']): readonly string[] {
  const byUser = new Map(leads.map((lead) => [String(lead['SCIM_Id__c']), lead]));
  const missing = [...expected].flatMap(([user, wanted]) => difference(user, wanted, byUser.get(user)));
  const others = leads.filter((lead) => !expected.has(String(lead['SCIM_Id__c'])));
  return [...missing, ...others.map((lead) => `a Lead of nobody: ${JSON.stringify(lead)}`)];
}

function difference(user: string, { counter, email }: ExpectedLead, lead: Lead | undefined): readonly string[] {
  if (!lead) return [`user ${user} has no Lead; wanted counter ${counter}`];
  const isRight = Number(lead['Title']) === counter && lead['Email'] === email;
  return isRight
    ? []
    : [`the Lead of ${user} has ${String(lead['Title'])} ${String(lead['Email'])}, not ${counter} ${email}`];
}
