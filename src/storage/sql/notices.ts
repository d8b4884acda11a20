/** Notices: what somebody outside is to be told of, left in the transaction in which it happens. */
import type { ConnectorEntry, Settlement } from '../store.ts';
import type { Notice, NoticeEvent } from '../notice-store.ts';
import { writeSetting } from './settings.ts';
import type { Dialect } from './dialect.ts';
import type { Transaction } from './transaction.ts';

const SWITCH = 'notices';
const COLUMNS = {
  event: 'text',
  connector: 'text',
  at: 'bigint',
  code: 'text',
  user_id: 'text',
  detail: 'text',
} as const;
/** What a dry run parks users with: that is no reason to wake anybody. */
const DRY_RUN = 'DRY_RUN';

export function* keepNotices(isWanted: boolean): Transaction<void> {
  yield* writeSetting(SWITCH, isWanted ? 'kept' : 'none');
  if (!isWanted) yield { text: 'delete from notice', values: [], unread: true };
}

export function* leaveNotice(notice: Notice): Transaction<void> {
  const { event, connector, at, code, userId, detail } = notice;
  const text = `insert into notice (event, connector, at, code, user_id, detail)
    select cast($1 as text), cast($2 as text), cast($3 as bigint), cast($4 as text), cast($5 as text), cast($6 as text)
    where exists (select 1 from setting where name = '${SWITCH}' and value = 'kept')`;
  const values = [event, connector, at, code ?? null, userId ?? null, JSON.stringify(detail)];
  yield { text, values, unread: true };
}

const EVENTS: Readonly<Partial<Record<ConnectorEntry['event'], NoticeEvent>>> = {
  'gate closed': 'gate.closed',
  'gate opened': 'gate.opened',
  paused: 'delivery.paused',
  resumed: 'delivery.resumed',
  slowed: 'quota.low',
  unslowed: 'quota.recovered',
  'removals held': 'removals.held',
};

/** Reasons are left out, but for the code that one begins with: they may be Salesforce's words, or a person's. */
export function* noticeConnector(connector: string, entry: ConnectorEntry, at: number): Transaction<void> {
  const event = EVENTS[entry.event];
  if (event === undefined) return;
  const { class: faultClass, hint, until, actor, reason = '' } = entry;
  const [, code] = entry.event === 'gate closed' ? (/^(\w+): /.exec(reason) ?? []) : [];
  const detail = {
    ...(faultClass !== undefined && { class: faultClass }),
    ...(code !== undefined && { code }),
    ...(hint !== undefined && { hint }),
    ...(until !== undefined && { until: new Date(until).toISOString() }),
    ...(actor !== undefined && { actor }),
  };
  yield* leaveNotice({ event, connector, at, detail });
}

export function* noticeParked(
  dialect: Dialect,
  connector: string,
  settlements: readonly Settlement[],
  at: number,
): Transaction<void> {
  const parked = settlements.filter(({ attempt, error }) => attempt.outcome === 'parked' && error?.code !== DRY_RUN);
  if (parked.length === 0) return;
  const rows = parked.map(({ userId, error }) => ({
    event: 'user.parked',
    connector,
    at,
    code: error?.code ?? 'UNKNOWN',
    user_id: userId,
    detail: JSON.stringify({ class: error?.class, hint: error?.hint }),
  }));
  const text = `insert into notice (event, connector, at, code, user_id, detail)
    select n.event, n.connector, n.at, n.code, n.user_id, n.detail from ${dialect.rows('$1', 'n', COLUMNS)}
    where exists (select 1 from setting where name = '${SWITCH}' and value = 'kept')`;
  yield { text, values: [JSON.stringify(rows)], unread: true };
}
