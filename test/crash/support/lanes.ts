/** What lies in the lane table, read past the store: the suite looks at what the program does not say. */
import Database from 'libsql';
import pg from 'pg';

/** The one connector of the program. */
export const CONNECTOR = 'salesforce';

type Row = Readonly<Record<string, unknown>>;

export const lanesNotIdle = (databaseUrl: string): Promise<readonly Row[]> =>
  queryDatabase(databaseUrl, `select * from lane where state <> 'idle' limit 20`);

/** Lanes of deleted users that wait for a person: nothing tells for certain which Lead their create made. */
export const lanesGivenUp = (databaseUrl: string): Promise<readonly Row[]> =>
  queryDatabase(
    databaseUrl,
    `select * from lane where state = 'parked' and error like '%"CREATE_OUTCOME_UNKNOWN"%'
      and not exists (select 1 from resource where resource.id = lane.user_id)`,
  );

/** How many creates whose answer was lost were found again in Salesforce, be it to remove what they made. */
export async function countRecovered(databaseUrl: string): Promise<number> {
  const text = `select count(*) as recovered from journal where kind = 'attempt' and detail like '%delivered%'
    and (detail like '%earlier create%' or detail like '%its Lead may have been created%')`;
  return Number((await queryDatabase(databaseUrl, text))[0]?.['recovered']);
}

/** Users with a lease, by its id. */
export async function leasedUsers(databaseUrl: string): Promise<ReadonlyMap<string, string>> {
  const rows = await queryDatabase(databaseUrl, 'select user_id, lease from lane where lease is not null');
  return new Map(rows.map((row) => [String(row['user_id']), String(row['lease'])]));
}

/** What became of the connector, in the words of its journal, oldest first. */
export async function readEvents(databaseUrl: string): Promise<readonly string[]> {
  const rows = await queryDatabase(databaseUrl, `select detail from journal where kind = 'connector' order by seq`);
  return rows.map(({ detail }) => (JSON.parse(String(detail)) as { event: string }).event);
}

export async function queryDatabase(databaseUrl: string, text: string): Promise<readonly Row[]> {
  return databaseUrl.startsWith('sqlite:') ? querySqlite(databaseUrl, text) : queryPostgres(databaseUrl, text);
}

function querySqlite(databaseUrl: string, text: string): readonly Row[] {
  const connection = new Database(databaseUrl.slice('sqlite:'.length), { timeout: 5_000 });
  try {
    // The service writes meanwhile.
    connection.exec('pragma busy_timeout = 5000');
    return connection.prepare(text).all([]) as Row[];
  } finally {
    connection.close();
  }
}

async function queryPostgres(databaseUrl: string, text: string): Promise<readonly Row[]> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(text)).rows;
  } finally {
    await client.end();
  }
}
