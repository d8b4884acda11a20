/** Whether Salesforce ends up with what the clients know: one Lead for each user, as it is now, and no other. */
import { NO_MEMBER_LISTS } from '../../../src/storage/member-lists.ts';
import { openStoreBeside } from '../../../src/database.ts';
import type { Identity } from './identity.ts';
import { CONNECTOR, lanesGivenUp, lanesNotIdle } from './lanes.ts';
import type { Findings } from './findings.ts';

export interface ExpectedLead {
  readonly counter: number;
  readonly email: string;
}

type Lead = Readonly<Record<string, unknown>>;

export interface Convergence {
  readonly databaseUrl: string;
  readonly salesforceUrl: string;
  readonly identity: Identity;
  /** By what the identity says of the user. */
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
      const faults = due === 0 ? await findFaults(options) : [];
      if (due === 0 && faults.length === 0) return;
      if (Date.now() > until) {
        for (const fault of await findFaults(options)) options.findings.add('stuck', fault);
        return;
      }
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  } finally {
    await store.close();
  }
}

/** A Lead of nobody is none where its user was deleted and waits, with the reason, for a person who can find the Lead by what the lane tells. */
async function findFaults({ databaseUrl, salesforceUrl, identity, expected }: Convergence): Promise<readonly string[]> {
  const givenUp = (identity.field === 'Email' ? await lanesGivenUp(databaseUrl) : []).map((lane) =>
    JSON.stringify(lane),
  );
  const isTold = (lead: Lead): boolean =>
    givenUp.some((lane) => lane.includes(String(lead['Id'])) || lane.includes(String(lead['Email'])));
  const open = (await lanesNotIdle(databaseUrl)).map((lane) => JSON.stringify(lane));
  const leads = await readLeads(salesforceUrl);
  return [...compare(leads, identity.field, expected, isTold), ...open.filter((lane) => !givenUp.includes(lane))];
}

export async function readLeads(salesforceUrl: string): Promise<readonly Lead[]> {
  return (await fetch(`${salesforceUrl}/sandbox/records/Lead`)).json() as Promise<Lead[]>;
}

function compare(
  leads: readonly Lead[],
  field: Identity['field'],
  expected: Convergence['expected'],
  isTold: (lead: Lead) => boolean,
): readonly string[] {
  const byUser = new Map(leads.map((lead) => [String(lead[field]), lead]));
  const missing = [...expected].flatMap(([user, wanted]) => difference(user, wanted, byUser.get(user)));
  const others = leads.filter((lead) => byUser.get(String(lead[field])) !== lead || !expected.has(String(lead[field])));
  return [
    ...missing,
    ...others.filter((lead) => !isTold(lead)).map((lead) => `a Lead of nobody: ${JSON.stringify(lead)}`),
  ];
}

function difference(user: string, { counter, email }: ExpectedLead, lead: Lead | undefined): readonly string[] {
  if (!lead) return [`user ${user} has no Lead; wanted counter ${counter}`];
  const isRight = Number(lead['Title']) === counter && lead['Email'] === email;
  return isRight
    ? []
    : [`the Lead of ${user} has ${String(lead['Title'])} ${String(lead['Email'])}, not ${counter} ${email}`];
}
