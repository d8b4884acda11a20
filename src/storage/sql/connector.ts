/** What all processes know of a connector besides its lanes: whether it is paused, what the org has left. */
import type { Budget, ConnectorState, Gate, Pause } from '../store.ts';
import { askAnew } from './gate.ts';
import { writeConnectorEntry } from './journal.ts';
import { toLoad } from './loads.ts';
import { admitAllRefused } from './refusals.ts';
import type { Driver, Row, Transaction } from './transaction.ts';

const STATE = `select
    gate.class, gate.reason, gate.failures, gate.until, gate.credentials,
    pause.reason as pause_reason, pause.actor as pause_actor, pause.at as pause_at,
    budget.used, budget.max, budget.level, budget.at as budget_at,
    bulk_load.lease as load_lease, bulk_load.job_id as load_job, bulk_load.users as load_users,
    (select count(*) from refusal where refusal.connector = connector.name) as refusals,
    bulk_load.processed as load_processed, bulk_load.started_at as load_started, bulk_load.held_until as load_held
  from (select cast($1 as text) as name) as connector
  left join gate on gate.connector = connector.name
  left join pause on pause.connector = connector.name
  left join budget on budget.connector = connector.name
  left join bulk_load on bulk_load.connector = connector.name`;

export async function readConnector(driver: Driver, connector: string): Promise<ConnectorState> {
  const [row = {}] = await driver.read({ text: STATE, values: [connector] });
  const gate = toGate(row);
  const pause = toPause(row);
  const budget = toBudget(row);
  const load = toLoad(row);
  return {
    ...(gate && { gate }),
    ...(pause && { pause }),
    ...(budget && { budget }),
    ...(load && { load }),
    ...(Number(row['refusals']) > 0 && { refused: toRefused(row) }),
  };
}

const isThere = (value: unknown): boolean => value !== null && value !== undefined;

function toGate(row: Row): Gate | undefined {
  if (!isThere(row['class'])) return undefined;
  const gate = { class: String(row['class']), reason: String(row['reason']), failures: Number(row['failures']) };
  return isThere(row['until']) ? { ...gate, until: Number(row['until']) } : gate;
}

const toRefused = (row: Row): NonNullable<ConnectorState['refused']> =>
  isThere(row['credentials']) ? { gate: String(row['credentials']) } : {};

function toPause(row: Row): Pause | undefined {
  if (!isThere(row['pause_at'])) return undefined;
  return { reason: String(row['pause_reason']), actor: String(row['pause_actor']), at: Number(row['pause_at']) };
}

function toBudget(row: Row): Budget | undefined {
  if (!isThere(row['level'])) return undefined;
  // Written by `noteBudget` only.
  const level = String(row['level']) as Budget['level'];
  return { used: Number(row['used']), max: Number(row['max']), level, at: Number(row['budget_at']) };
}

/** @returns whether it was not paused before */
export function* pauseConnector(connector: string, { reason, actor, at }: Pause): Transaction<boolean> {
  const text = `insert into pause (connector, reason, actor, at) values ($1, $2, $3, $4)
    on conflict (connector) do nothing returning connector`;
  const paused = yield { text, values: [connector, reason, actor, at] };
  if (paused.length > 0) yield* writeConnectorEntry(connector, { event: 'paused', reason, actor }, at);
  return paused.length > 0;
}

/** @returns whether it was paused before */
export function* resumeConnector(connector: string, { reason, actor, at }: Pause): Transaction<boolean> {
  const resumed = yield { text: 'delete from pause where connector = $1 returning connector', values: [connector] };
  const closed = yield { text: 'select 1 from gate where connector = $1', values: [connector] };
  yield* askAnew(connector, at);
  yield* admitAllRefused(connector, at);
  if (resumed.length > 0 || closed.length > 0)
    yield* writeConnectorEntry(connector, { event: 'resumed', reason, actor }, at);
  return resumed.length > 0;
}

/** @returns the level before */
export function* noteBudget(connector: string, { used, max, level, at }: Budget): Transaction<Budget['level']> {
  const [known] = yield { text: 'select level from budget where connector = $1', values: [connector] };
  // Written below only.
  const before = (known?.['level'] as Budget['level'] | undefined) ?? 'ample';
  const text = `insert into budget (connector, used, max, level, at) values ($1, $2, $3, $4, $5)
    on conflict (connector) do update set
      used = excluded.used,
      max = excluded.max,
      level = excluded.level,
      at = excluded.at`;
  yield { text, values: [connector, used, max, level, at], unread: true };
  const event = level === 'slowed' ? 'slowed' : 'unslowed';
  // That the rest is kept is told by the gate, which closes for it.
  if (level !== before && level !== 'spent')
    yield* writeConnectorEntry(connector, { event, reason: `${used} of ${max} API calls used` }, at);
  return before;
}
