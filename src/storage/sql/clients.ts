/** Which SCIM clients were seen: one row for each credential and program that uses it, and no more than fit a page. */
import type { SeenClient } from '../service-store.ts';
import type { Dialect } from './dialect.ts';
import type { Driver, Row, Transaction } from './transaction.ts';

/** Clients that are remembered: a program that puts its version, or anything, into its User-Agent cannot fill the database. */
export const MAX_CLIENTS = 200;

const COLUMNS = {
  credential: 'text',
  user_agent: 'text',
  profile: 'text',
  first_at: 'bigint',
  last_at: 'bigint',
  calls: 'bigint',
} as const;

/** In one order, so that two processes that record the same clients do not wait for each other. */
export function* recordClients(dialect: Dialect, seen: readonly SeenClient[]): Transaction<void> {
  if (seen.length === 0) return;
  const text = `insert into client (credential, user_agent, profile, first_at, last_at, calls)
    select s.credential, s.user_agent, s.profile, s.first_at, s.last_at, s.calls
    from ${dialect.rows('$1', 's', COLUMNS)} where true order by s.credential, s.user_agent
    on conflict (credential, user_agent) do update set
      profile = excluded.profile,
      last_at = case when client.last_at > excluded.last_at then client.last_at else excluded.last_at end,
      calls = client.calls + excluded.calls`;
  yield { text, values: [JSON.stringify(seen.map(toRow))], unread: true };
  yield {
    text: `delete from client where last_at < (
      select min(latest.last_at) from (select last_at from client order by last_at desc limit $1) as latest
    )`,
    values: [MAX_CLIENTS],
    unread: true,
  };
}

export async function readClients(driver: Driver): Promise<readonly SeenClient[]> {
  const text = `select credential, user_agent, profile, first_at, last_at, calls from client
    order by last_at desc, credential, user_agent limit $1`;
  return (await driver.read({ text, values: [MAX_CLIENTS] })).map(toClient);
}

const toRow = ({ credential, userAgent, profile, firstAt, lastAt, calls }: SeenClient) => ({
  credential,
  user_agent: userAgent,
  profile,
  first_at: firstAt,
  last_at: lastAt,
  calls,
});

const toClient = (row: Row): SeenClient => ({
  credential: String(row['credential']),
  userAgent: String(row['user_agent']),
  profile: String(row['profile']),
  firstAt: Number(row['first_at']),
  lastAt: Number(row['last_at']),
  calls: Number(row['calls']),
});
