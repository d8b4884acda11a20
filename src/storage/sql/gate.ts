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

export function* setGate(connector: string, gate: Gate | undefined): Transaction<void> {
  if (!gate) {
    yield { text: 'delete from gate where connector = $1', values: [connector] };
    return;
  }
  const text = `insert into gate (connector, class, reason, failures, until) values ($1, $2, $3, $4, $5)
    on conflict (connector) do update set
      class = excluded.class,
      reason = excluded.reason,
      failures = excluded.failures,
      until = excluded.until`;
  yield { text, values: [connector, gate.class, gate.reason, gate.failures, gate.until ?? null] };
}
