/** The gate of a connector: one row that all processes share, so that one's throttling stops all. */
import type { ConnectorEntry, Gate } from '../store.ts';
import { writeConnectorEntry } from './journal.ts';
import type { Transaction } from './transaction.ts';

/** One that waits for somebody stays, and none gets shorter: another process may know less. */
export function* closeGate(
  connector: string,
  gate: Gate,
  event: ConnectorEntry['event'],
  at: number,
): Transaction<void> {
  const { class: faultClass, reason, failures, until } = gate;
  const text = `insert into gate (connector, class, reason, failures, until) values ($1, $2, $3, $4, $5)
    on conflict (connector) do update set
      class = excluded.class,
      reason = excluded.reason,
      failures = excluded.failures,
      until = excluded.until,
      probe_until = null
    where excluded.until is null or gate.until < excluded.until
    returning connector`;
  const closed = yield { text, values: [connector, faultClass, reason, failures, until ?? null] };
  if (closed.length === 0) return;
  const entry = { event, class: faultClass, reason, ...(until !== undefined && { until }) };
  yield* writeConnectorEntry(connector, entry, at);
}

/** @param seen the gate that Salesforce was asked behind; one that was closed since stays */
export function* openGate(connector: string, seen: Gate, at: number): Transaction<void> {
  const text = 'delete from gate where connector = $1 and failures = $2 and until = $3 returning connector';
  const opened = yield { text, values: [connector, seen.failures, seen.until ?? null] };
  if (opened.length > 0) yield* writeConnectorEntry(connector, { event: 'gate opened', class: seen.class }, at);
}

/** @returns whether nobody else is asking, and the gate is the one that was seen */
export function* takeProbe(connector: string, seen: Gate, now: number, until: number): Transaction<boolean> {
  const text = `update gate set probe_until = $5
    where connector = $1 and failures = $2 and until = $3 and until <= $4 and (probe_until is null or probe_until <= $4)
    returning connector`;
  const taken = yield { text, values: [connector, seen.failures, seen.until ?? null, now, until] };
  return taken.length > 0;
}

export function* returnProbe(connector: string): Transaction<void> {
  yield { text: 'update gate set probe_until = null where connector = $1', values: [connector], unread: true };
}

export function* probeGate(connector: string, now: number): Transaction<void> {
  const text = 'update gate set until = $2, failures = 0, probe_until = null where connector = $1 and until is null';
  yield { text, values: [connector, now], unread: true };
}

/** Whatever the gate waits for: its wait ends now. */
export function* hastenGate(connector: string, now: number): Transaction<void> {
  const text = 'update gate set until = $2, probe_until = null where connector = $1 and until > $2';
  yield { text, values: [connector, now], unread: true };
}
