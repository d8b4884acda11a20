/** The gate of a connector: one row that all processes share, so that one's throttling stops all. */
import type { Gate } from '../store.ts';
import type { Driver, Transaction } from './transaction.ts';

export async function readGate(driver: Driver, connector: string): Promise<Gate | undefined> {
  const text = 'select class, reason, failures, until from gate where connector = $1';
  const [row] = await driver.read({ text, values: [connector] });
  if (!row) return undefined;
  const gate = { class: String(row['class']), reason: String(row['reason']), failures: Number(row['failures']) };
  return row['until'] === null ? gate : { ...gate, until: Number(row['until']) };
}

/** One that waits for somebody stays, and none gets shorter: another process may know less. */
export function* closeGate(connector: string, gate: Gate): Transaction<void> {
  const text = `insert into gate (connector, class, reason, failures, until) values ($1, $2, $3, $4, $5)
    on conflict (connector) do update set
      class = excluded.class,
      reason = excluded.reason,
      failures = excluded.failures,
      until = excluded.until
    where excluded.until is null or gate.until < excluded.until`;
  yield { text, values: [connector, gate.class, gate.reason, gate.failures, gate.until ?? null], unread: true };
}

/** @param seen the gate that Salesforce was asked behind; one that was closed since stays */
export function* openGate(connector: string, seen: Gate): Transaction<void> {
  const text = 'delete from gate where connector = $1 and failures = $2 and until = $3';
  yield { text, values: [connector, seen.failures, seen.until ?? null], unread: true };
}

export function* probeGate(connector: string, now: number): Transaction<void> {
  const text = 'update gate set until = $2, failures = 0 where connector = $1 and until is null';
  yield { text, values: [connector, now], unread: true };
}
