/** The gate of a connector: one row that all processes share, so that one's throttling stops all. */
import type { RefusedCredentials } from '../refusal-store.ts';
import type { ConnectorEntry, Gate } from '../store.ts';
import { writeConnectorEntry } from './journal.ts';
import { noticeConnector } from './notices.ts';
import { admitRefused, noteRefusal, OWN_UNTIL } from './refusals.ts';
import type { Transaction } from './transaction.ts';

/** One that waits for somebody stays, and none gets shorter: another process may know less. */
export function* closeGate(
  connector: string,
  gate: Gate & Pick<ConnectorEntry, 'hint'>,
  event: ConnectorEntry['event'],
  at: number,
  refused?: RefusedCredentials,
): Transaction<void> {
  if (refused) yield* noteRefusal(connector, refused);
  const { class: faultClass, reason, hint, failures, until } = gate;
  const text = `insert into gate (connector, class, reason, failures, until, credentials) values ($1, $2, $3, $4, $5, $6)
    on conflict (connector) do update set
      class = excluded.class,
      reason = excluded.reason,
      failures = excluded.failures,
      until = excluded.until,
      credentials = excluded.credentials,
      probe_until = null
    where excluded.until is null or gate.until < excluded.until
    returning connector`;
  const [before] = yield { text: 'select until from gate where connector = $1', values: [connector] };
  const closed = yield {
    text,
    values: [connector, faultClass, reason, failures, until ?? null, refused?.credentials ?? null],
  };
  if (closed.length === 0) return;
  const entry = {
    event,
    class: faultClass,
    reason,
    ...(hint !== undefined && { hint }),
    ...(until !== undefined && { until }),
  };
  yield* writeConnectorEntry(connector, entry, at);
  // Whoever was told that it is tried again by itself has to know that it is not.
  const waitsForSomebodyNow = until === undefined && before !== undefined && before['until'] !== null;
  if (event === 'probe failed' && waitsForSomebodyNow)
    yield* noticeConnector(connector, { ...entry, event: 'gate closed' }, at);
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

export function* probeGate(connector: string, now: number, credentials?: string): Transaction<void> {
  if (credentials !== undefined) yield* admitRefused(connector, credentials, now);
  const text = `update gate set until = coalesce(${OWN_UNTIL}, $2), failures = 0, probe_until = null
    where connector = $1 and (until is null or (credentials = $3 and until < ${OWN_UNTIL}))`;
  yield { text, values: [connector, now, credentials ?? null], unread: true };
}

export function* retryGate(connector: string, now: number): Transaction<void> {
  const text = `update gate set until = $2, failures = 0, probe_until = null
    where connector = $1 and credentials is not null and (until is null or until > $2)`;
  yield { text, values: [connector, now], unread: true };
}

/** Somebody says that a refusal was mended, of a login perhaps: no process goes by what it remembers of it. */
export function* askAnew(connector: string, now: number): Transaction<void> {
  const text = `update gate set until = $2, probe_until = null,
      failures = case when class in ('authentication', 'unknown') then 0 else failures end
    where connector = $1`;
  yield { text, values: [connector, now], unread: true };
}

/** Whatever the gate waits for: its wait ends now. */
export function* hastenGate(connector: string, now: number): Transaction<void> {
  const text = 'update gate set until = $2, probe_until = null where connector = $1 and until > $2';
  yield { text, values: [connector, now], unread: true };
}

/** What a gate waits for longest after a login that was of no use. */
const MAX_LOGIN_WAIT_MS = 15 * 60_000;

/** A start ends all waits but those that keep logins apart; a longer one was set by a clock that was wrong. */
export function* hastenGateAtStart(connector: string, now: number): Transaction<void> {
  const text = `update gate set until = $2, probe_until = null
    where connector = $1 and until > $2 and (class <> 'authentication' or until > $3)`;
  yield { text, values: [connector, now, now + MAX_LOGIN_WAIT_MS], unread: true };
  yield { text: 'update gate set probe_until = null where connector = $1', values: [connector], unread: true };
}
