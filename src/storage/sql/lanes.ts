/** Lanes: claim, link, settle and look at them. */
import type {
  ChangeEntry,
  ClaimRequest,
  Lane,
  LaneCampaigns,
  LaneCounts,
  LaneError,
  LateWrite,
  LatestChange,
  LeadEnd,
  LeadLink,
  LeadOrigin,
  LeasedLane,
  Settlement,
  Unclaim,
  Verdict,
} from '../store.ts';
import type { Dialect } from './dialect.ts';
import { noticeParked } from './notices.ts';
import { hastenGate, hastenGateAtStart } from './gate.ts';
import { NEVER } from './loads.ts';
import { IS_NEW, ONE_LESS } from './new-lanes.ts';
import type { Driver, Row, Statement, Transaction } from './transaction.ts';

export const LANE_COLUMNS = `lane.connector, lane.user_id, lane.state, lane.due_at, lane.attempts, lane.tail_seq, lane.head_seq,
  lane.doubts, lane.lead_id, lane.origin, lane.told, lane.ended, lane.error, lane.last_attempt_at, lane.last_delivered_at,
  lane.verdict, lane.verdict_seq, lane.campaigns, lane.doubted, lane.sent, lane.held_at`;

/** Read with the lane rather than kept in it: one look by primary key, and nothing more for a commit to write. */
const CHANGE = `(select journal.at from journal where journal.seq = lane.tail_seq) as changed_at,
  (select journal.detail from journal where journal.seq = lane.tail_seq) as change`;

/** Moving `due_at` to the end of the lease is the whole crash recovery: an abandoned lane simply becomes due again. */
export function* claimLanes(dialect: Dialect, request: ClaimRequest): Transaction<readonly LeasedLane[]> {
  const { connector, limit, lease, leaseMs, now } = request;
  const text = `with claimed as materialized (
      select user_id from lane where connector = $3 and state = 'due' and due_at <= $4${WHICH[request.which ?? 'all']}
        and not exists (select 1 from pause where pause.connector = $3)
      order by due_at limit $5 ${dialect.skipLocked}
    )
    update lane set lease = $1, lease_until = $2, due_at = $2, attempts = attempts + 1
    where connector = $3 and user_id in (select user_id from claimed)
    returning ${LANE_COLUMNS}, ${CHANGE}`;
  const rows = yield { text, values: [lease, now + leaseMs, connector, now, limit] };
  return rows.map((row) => ({ ...toLane(row), lease, ...present('change', toChange(row)) }));
}

/** Salesforce was never told of a new one. */
const WHICH: Readonly<Record<'all' | Exclude<ClaimRequest['which'], undefined>, string>> = {
  all: '',
  new: ` and ${IS_NEW}`,
  known: ` and not (${IS_NEW})`,
};

/** Gives back what was claimed and not tried. */
export function* unclaimLanes({ connector, lease, leaseUntil, now }: Unclaim): Transaction<void> {
  const text = `update lane set lease = null, lease_until = null, due_at = $4, attempts = ${ONE_LESS}
    where connector = $1 and state = 'due' and due_at = $3 and lease = $2`;
  yield { text, values: [connector, lease, leaseUntil, now], unread: true };
}

/**
 * Ends all leases, for a process that knows it is alone. Those of a bulk load end with its job, which runs in Salesforce; and who
 * sent a create that nothing can tell from a second one, or took a Lead away that the next user may get, may have been killed
 * just now.
 */
export function* freeLeases(now: number): Transaction<void> {
  yield {
    text: `update lane set lease = null, lease_until = null, due_at = $1
      where lease is not null and due_at > $1 and sent is null and lease not in (select bulk_load.lease from bulk_load)
        and exists (select 1 from resource where resource.id = lane.user_id)`,
    values: [now],
  };
  yield { text: 'update bulk_load set held_until = $1 where held_until > $1', values: [now] };
}

export function* hastenLanes(connector: string, now: number): Transaction<void> {
  yield* hastenWaiting(connector, now);
  yield* hastenGate(connector, now);
}

export function* hastenAtStart(connector: string, now: number): Transaction<void> {
  yield* hastenWaiting(connector, now);
  yield* hastenGateAtStart(connector, now);
}

function* hastenWaiting(connector: string, now: number): Transaction<void> {
  yield {
    text: `update lane set due_at = $2 where connector = $1 and state = 'due' and due_at > $2 and lease is null
      and (lease_until is null or lease_until <= $2)`,
    values: [connector, now],
  };
}

export function* noteCampaigns(
  dialect: Dialect,
  connector: string,
  lease: string,
  notes: readonly LaneCampaigns[],
): Transaction<ReadonlySet<string>> {
  const source = dialect.rows('$3', 'note', { user_id: 'text', campaigns: 'text' });
  const text = `update lane set campaigns = note.campaigns from ${source}
    where lane.connector = $1 and lane.lease = $2 and lane.user_id = note.user_id
    returning lane.user_id`;
  const json = notes.map(({ userId, campaigns }) => ({ user_id: userId, campaigns }));
  return userIds(yield { text, values: [connector, lease, JSON.stringify(json)] });
}

/** What a lane becomes whose Lead is not known any more. */
export const FORGOTTEN = `head_seq = 0, lead_id = null, origin = null, told = null, ended = null, sent = null, campaigns = null,
      error = null, doubts = 0, doubted = null, held_at = null`;

export function* forgetLeads(connector: string, now: number): Transaction<number> {
  const text = `update lane set state = 'due', due_at = $2, attempts = 0, ${FORGOTTEN}, lease = null, lease_until = null
    where connector = $1 returning user_id`;
  const rows = yield { text, values: [connector, now] };
  // What runs there still was lost with the Leads.
  yield { text: 'delete from bulk_load where connector = $1', values: [connector], unread: true };
  return rows.length;
}

/** Counted, so that an attempt that was claimed before a doubt came up does not settle it. */
export function* doubtLanes(
  dialect: Dialect,
  connector: string,
  writes: readonly LateWrite[],
  now: number,
): Transaction<void> {
  yield journalAttempts(dialect, writes, now);
  const columns = { user_id: 'text', origin: 'text', lead_id: 'text', doubted: 'text' } as const;
  const rows = writes.map(({ userId, origin, leadId, attempt }) => ({
    user_id: userId,
    origin,
    lead_id: leadId ?? null,
    doubted: attempt.fields.join(' '),
  }));
  const json = JSON.stringify(rows);
  const source = dialect.rows('$2', 's', columns);
  const inDoubt = doubtSet('s.doubted', 'cast($3 as bigint)');
  // First, for what is inserted below has the Lead only as far as its own user knows.
  const heirs = `update lane set ${inDoubt} from ${source}
    where lane.connector = $1 and ${dialect.text('lane.lead_id')} = s.lead_id and lane.user_id <> s.user_id`;
  yield { text: heirs, values: [connector, json, now], unread: true };
  const text = `insert into lane (connector, user_id, state, due_at, attempts, tail_seq, head_seq, doubts, doubted, origin, lead_id)
    select $1, s.user_id, 'due', cast($3 as bigint), 0, 0, 0, 1, s.doubted, s.origin, s.lead_id
    from ${source} where true
    on conflict (user_id, connector) do update set ${doubtSet('excluded.doubted', 'excluded.due_at')}`;
  yield { text, values: [connector, json, now], unread: true };
}

const doubtSet = (doubted: string, at: string): string => `state = 'due',
      attempts = 0,
      doubts = lane.doubts + 1,
      doubted = trim(coalesce(lane.doubted, '') || ' ' || ${doubted}),
      due_at = case when lane.lease_until > ${at} then lane.lease_until else ${at} end`;

const SETTLED = {
  user_id: 'text',
  state: 'text',
  due_at: 'bigint',
  attempts: 'bigint',
  seen_seq: 'bigint',
  delivered_seq: 'bigint',
  seen_doubts: 'bigint',
  keep_lead: 'bigint',
  lead_id: 'text',
  origin: 'text',
  told: 'text',
  ended: 'text',
  sent: 'text',
  campaigns: 'text',
  not_before: 'bigint',
  still_held: 'bigint',
  error: 'text',
} as const;

export function* settleLanes(
  dialect: Dialect,
  connector: string,
  lease: string,
  settlements: readonly Settlement[],
  now: number,
): Transaction<ReadonlySet<string>> {
  const json = JSON.stringify(settlements.map(toSettledRow));
  const settled = yield { text: settleText(dialect), values: [connector, lease, json, now] };
  const ids = userIds(settled);
  const written = settlements.filter((settlement) => ids.has(settlement.userId));
  if (written.length === 0) return ids;
  yield journalAttempts(dialect, written, now);
  yield* noticeParked(dialect, connector, written, now);
  if (written.some((settlement) => settlement.state === 'gone')) yield* removeGone(dialect, connector, written);
  return ids;
}

const toSettledRow = (settlement: Settlement) => ({
  user_id: settlement.userId,
  state: settlement.state,
  due_at: settlement.dueAt,
  attempts: settlement.attempts,
  seen_seq: settlement.seenSeq,
  delivered_seq: settlement.delivered ? settlement.seenSeq : null,
  seen_doubts: settlement.seenDoubts,
  keep_lead: settlement.lead === 'keep' ? 1 : 0,
  ...leadColumns(settlement.lead === 'keep' ? {} : settlement.lead),
  campaigns: settlement.campaigns ?? null,
  not_before: settlement.notBefore ?? null,
  still_held: settlement.stillHeld ? 1 : 0,
  error: settlement.error ? JSON.stringify(settlement.error) : null,
});

const ATTEMPT = { user_id: 'text', version: 'bigint', detail: 'text' } as const;

const toAttemptRow = ({ userId, version, attempt }: Attempted) => ({
  user_id: userId,
  version,
  detail: JSON.stringify(attempt),
});

const leadColumns = ({ leadId, origin, told, ended, sent }: LeadLink) => ({
  lead_id: leadId ?? null,
  origin: origin ?? null,
  told: told ?? null,
  ended: ended === undefined ? null : JSON.stringify(ended),
  sent: sent ?? null,
});

/** The user changed, or a doubt came up, while this attempt was on its way: the lane is due again at once. */
const OUTDATED = '(lane.tail_seq > s.seen_seq or lane.doubts > s.seen_doubts)';

/** What this attempt did not make good. */
const DOUBTED = '(lane.doubts > s.seen_doubts or s.delivered_seq is null)';

const settleText = (dialect: Dialect): string => `update lane set
    state = case when ${OUTDATED} then 'due' else s.state end,
    due_at = case when not ${OUTDATED} then s.due_at when s.not_before > $4 then s.not_before else $4 end,
    attempts = case when ${OUTDATED} then 0 else s.attempts end,
    doubts = case when ${DOUBTED} then lane.doubts else 0 end,
    doubted = case when ${DOUBTED} then lane.doubted end,
    head_seq = coalesce(s.delivered_seq, lane.head_seq),
    lead_id = case when s.keep_lead = 1 then lane.lead_id else s.lead_id end,
    origin = case when s.keep_lead = 1 then lane.origin else s.origin end,
    told = case when s.keep_lead = 1 then lane.told else s.told end,
    ended = case when s.keep_lead = 1 then lane.ended else s.ended end,
    sent = case when s.keep_lead = 1 then lane.sent else s.sent end,
    campaigns = coalesce(s.campaigns, lane.campaigns),
    held_at = case when s.state = 'held' then coalesce(lane.held_at, $4) when s.still_held = 1 then lane.held_at end,
    error = s.error,
    last_attempt_at = $4,
    last_delivered_at = case when s.delivered_seq is null then lane.last_delivered_at else $4 end,
    lease = null,
    lease_until = s.not_before
  from ${dialect.rows('$3', 's', SETTLED)}
  where lane.connector = $1 and lane.lease = $2 and lane.user_id = s.user_id
  returning lane.user_id`;

type Attempted = Pick<Settlement, 'userId' | 'version' | 'attempt'>;

export function journalAttempts(dialect: Dialect, attempted: readonly Attempted[], now: number): Statement {
  const text = `insert into journal (at, kind, type, id, version, detail)
    select cast($2 as bigint), 'attempt', 'User', s.user_id, s.version, s.detail from ${dialect.rows('$1', 's', ATTEMPT)}`;
  return { text, values: [JSON.stringify(attempted.map(toAttemptRow)), now], unread: true };
}

function* removeGone(dialect: Dialect, connector: string, settlements: readonly Settlement[]): Transaction<void> {
  const gone = settlements.filter((settlement) => settlement.state === 'gone');
  const source = dialect.rows('$2', 'g', { user_id: 'text' });
  const text = `delete from lane where connector = $1 and state = 'gone' and user_id in (select g.user_id from ${source})`;
  yield { text, values: [connector, JSON.stringify(gone.map(({ userId }) => ({ user_id: userId })))], unread: true };
}

export async function readLane(driver: Driver, connector: string, userId: string): Promise<Lane | undefined> {
  const text = `select ${LANE_COLUMNS} from lane where connector = $1 and user_id = $2`;
  const rows = await driver.read({ text, values: [connector, userId] });
  return rows[0] && toLane(rows[0]);
}

export async function findLinkedLeads(
  driver: Driver,
  dialect: Dialect,
  connector: string,
  leadIds: readonly string[],
): Promise<ReadonlySet<string>> {
  if (leadIds.length === 0) return new Set();
  const source = dialect.rows('$2', 'wanted', { lead_id: 'text' });
  const text = `select lead_id from lane
    where connector = $1 and ${dialect.text('lead_id')} in (select wanted.lead_id from ${source})`;
  const json = JSON.stringify(leadIds.map((leadId) => ({ lead_id: leadId })));
  const rows = await driver.read({ text, values: [connector, json] });
  return new Set(rows.map((row) => String(row['lead_id'])));
}

/** Most lanes are idle, and no index knows them: what is left when the others are counted. A scan of all takes ten times as long. */
export async function countLanes(driver: Driver, connector: string): Promise<LaneCounts> {
  const text = `select
      (select count(*) from lane where connector = $1) as lanes,
      (select count(*) from lane where connector = $1 and state = 'due') as due,
      (select count(*) from lane where connector = $1 and state = 'parked') as parked,
      (select count(*) from lane where connector = $1 and state = 'held') as held`;
  const [row] = await driver.read({ text, values: [connector] });
  const [due, parked, held] = [Number(row?.['due']), Number(row?.['parked']), Number(row?.['held'])];
  return { idle: Number(row?.['lanes']) - due - parked - held, due, parked, held };
}

export async function nextDueAt(driver: Driver, connector: string): Promise<number | undefined> {
  const text = `select min(due_at) as due_at from lane where connector = $1 and state = 'due' and due_at < $2`;
  const rows = await driver.read({ text, values: [connector, NEVER] });
  return optionalNumber(rows[0]?.['due_at']);
}

export const userIds = (rows: readonly Row[]): ReadonlySet<string> =>
  new Set(rows.map((row) => String(row['user_id'])));

export function toLane(row: Row): Lane {
  return {
    connector: String(row['connector']),
    userId: String(row['user_id']),
    // Written by this program only, from the same union.
    state: String(row['state']) as Lane['state'],
    dueAt: Number(row['due_at']),
    attempts: Number(row['attempts']),
    tailSeq: Number(row['tail_seq']),
    headSeq: Number(row['head_seq']),
    doubts: Number(row['doubts']),
    ...present('doubted', namesIn(row['doubted'])),
    ...present('leadId', optionalText(row['lead_id'])),
    ...present('origin', optionalText(row['origin']) as LeadOrigin | undefined),
    ...present('told', optionalText(row['told'])),
    ...present('ended', parseText(row['ended']) as LeadEnd | undefined),
    ...present('sent', optionalText(row['sent'])),
    ...present('campaigns', optionalText(row['campaigns'])),
    ...present('error', parseText(row['error']) as LaneError | undefined),
    ...present('lastAttemptAt', optionalNumber(row['last_attempt_at'])),
    ...present('lastDeliveredAt', optionalNumber(row['last_delivered_at'])),
    ...present('verdict', readVerdict(row)),
    ...present('heldAt', optionalNumber(row['held_at'])),
  };
}

/** Names of fields hold no space. */
const namesIn = (value: unknown): readonly string[] | undefined =>
  typeof value === 'string' && value !== '' ? [...new Set(value.split(' '))] : undefined;

/** A member that is left out when there is no value: absent and undefined are different things to our types. */
export function present<Name extends string, Value>(
  name: Name,
  value: Value | undefined,
): { [member in Name]?: Value } {
  // A computed name widens to string; it is `Name`.
  return (value === undefined ? {} : { [name]: value }) as { [member in Name]?: Value };
}

function toChange(row: Row): LatestChange | undefined {
  if (typeof row['change'] !== 'string') return undefined;
  // `tail_seq` names changes only, and their detail is written by this program.
  const { requestId, traceparent } = JSON.parse(row['change']) as ChangeEntry;
  return { requestId, ...present('traceparent', traceparent), at: Number(row['changed_at']) };
}

/** A verdict is about the change that was held; the next one has none. */
const readVerdict = (row: Row): Verdict | undefined =>
  // Written by `judgeHeld` only.
  row['verdict_seq'] === row['tail_seq'] ? (optionalText(row['verdict']) as Verdict | undefined) : undefined;

export const optionalText = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
export const optionalNumber = (value: unknown): number | undefined =>
  value === null || value === undefined ? undefined : Number(value);
/** JSON that is written by `toSettledRow` only. */
const parseText = (value: unknown): unknown => (typeof value === 'string' ? JSON.parse(value) : undefined);
