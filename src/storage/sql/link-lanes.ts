/** Which Lead belongs to which lane, decided by one process at a time: two would both find it free. */
import type { AttemptEntry, FoundLink, LaneLink, LeadPredecessor } from '../store.ts';
import type { Dialect } from './dialect.ts';
import { journalAttempts, userIds } from './lanes.ts';
import type { Row, Statement, Transaction } from './transaction.ts';

const LINK = {
  user_id: 'text',
  origin: 'text',
  lead_id: 'text',
  told: 'text',
  sent: 'text',
  campaigns: 'text',
} as const;

export function* linkLanes(
  dialect: Dialect,
  connector: string,
  lease: string,
  links: readonly LaneLink[],
  now: number,
): Transaction<ReadonlySet<string>> {
  const json = JSON.stringify(links.map(toRow));
  if (links.some(({ leadId }) => leadId !== undefined)) yield alone(dialect, connector, json);
  yield* endPredecessors(dialect, connector, lease, links, now);
  const text = `update lane set origin = link.origin, lead_id = coalesce(link.lead_id, lane.lead_id),
      told = link.told, sent = link.sent, campaigns = coalesce(link.campaigns, lane.campaigns)
    from ${dialect.rows('$3', 'link', LINK)}
    where lane.connector = $1 and lane.lease = $2 and lane.user_id = link.user_id
      and (link.lead_id is null or not exists (
        select 1 from lane as other
        where other.connector = $1 and ${dialect.text('other.lead_id')} = link.lead_id and other.user_id <> link.user_id
          and (coalesce(lane.lead_id, '') <> link.lead_id or ${dialect.text('other.user_id')} < ${dialect.text('link.user_id')})
      ))
    returning lane.user_id`;
  return userIds(yield { text, values: [connector, lease, json] });
}

const toRow = ({ userId, origin, leadId, told, sent, from }: LaneLink) => ({
  user_id: userId,
  origin,
  lead_id: leadId ?? null,
  told: told ?? null,
  sent: sent ?? null,
  campaigns: from?.campaigns ?? null,
});

/** Most links only say anew what their lane says already, and need not wait for anybody. */
function alone(dialect: Dialect, connector: string, json: string): Statement {
  const isNew = `exists (
      select 1 from ${dialect.rows('$2', 'link', LINK)}
      join lane on lane.connector = $1 and lane.user_id = link.user_id
      where coalesce(lane.lead_id, '') <> link.lead_id
    )`;
  return { text: dialect.alone('links', isNew), values: [connector, json], unread: true };
}

type Taking = LaneLink & { readonly from: LeadPredecessor };

/** What is under way for such a lane would be done to the Lead of another user. */
function* endPredecessors(
  dialect: Dialect,
  connector: string,
  lease: string,
  links: readonly LaneLink[],
  now: number,
): Transaction<void> {
  const taking = links.filter((link): link is Taking => link.from !== undefined);
  if (taking.length === 0) return;
  const source = dialect.rows('$3', 'taking', { user_id: 'text', from_id: 'text', lead_id: 'text' });
  const text = `delete from lane where connector = $1 and user_id in (
      select own.user_id from ${source}
      join lane as own on own.connector = $1 and own.user_id = taking.from_id
        and (own.lead_id = taking.lead_id or (own.lead_id is null and own.sent is not null))
      join lane as next on next.connector = $1 and next.user_id = taking.user_id and next.lease = $2
      where (own.lease = $2 or (own.lease is null and coalesce(own.lease_until, 0) <= $4))
        and not exists (select 1 from resource where resource.id = own.user_id)
    ) returning user_id, head_seq, tail_seq`;
  const json = taking.map(({ userId, leadId, from }) => ({ user_id: userId, from_id: from.userId, lead_id: leadId }));
  const ended = yield { text, values: [connector, lease, JSON.stringify(json), now] };
  const entries = ended.flatMap((row) => taking.filter(({ from }) => from.userId === row['user_id']).map(entryOf(row)));
  if (entries.length > 0) yield journalAttempts(dialect, entries, now);
}

const entryOf =
  (row: Row) =>
  ({ leadId, from }: Taking): { userId: string; version: number; attempt: AttemptEntry } => ({
    userId: from.userId,
    version: 0,
    attempt: {
      action: 'skip',
      reason: from.reason,
      outcome: 'skipped',
      fields: [],
      ...(leadId !== undefined && { leadId }),
      durationMs: 0,
      covers: { after: Number(row['head_seq']), upTo: Number(row['tail_seq']) },
    },
  });

const FOUND = { user_id: 'text', lead_id: 'text', origin: 'text' } as const;

/** A lease that ran out is nobody's, but its holder may still be writing: such a lane is left to the worker. */
export function* linkFoundLeads(
  dialect: Dialect,
  connector: string,
  links: readonly FoundLink[],
): Transaction<ReadonlySet<string>> {
  const json = JSON.stringify(
    links.map(({ userId, leadId, origin }) => ({ user_id: userId, lead_id: leadId, origin })),
  );
  yield alone(dialect, connector, json);
  const text = `update lane set lead_id = link.lead_id, origin = link.origin
    from ${dialect.rows('$2', 'link', FOUND)}
    where lane.connector = $1 and lane.user_id = link.user_id and lane.lead_id is null and lane.lease is null
      and not exists (select 1 from lane as other where other.connector = $1 and other.lead_id = link.lead_id)
    returning lane.user_id`;
  return userIds(yield { text, values: [connector, json] });
}
