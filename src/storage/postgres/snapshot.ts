/** One PostgreSQL connection whose reads all see the same moment, for as long as it takes to read everything. */
import pg from 'pg';
import type { SnapshotReader } from '../sql/export.ts';
import type { Row } from '../sql/transaction.ts';
import { connectionConfig } from './connection.ts';
import { asUnavailable } from './unavailable.ts';

/** @throws StorageUnavailable */
export async function openPostgresSnapshot(url: string): Promise<SnapshotReader> {
  // No time limits once it is connected: who reads the export may take its time.
  const client = await connect(url);
  const broken: { error?: unknown } = {};
  client.on('error', (error) => (broken.error = error));
  const read: SnapshotReader['read'] = async ({ text, values }) => {
    try {
      return (await client.query<Row>({ text, values: [...values] })).rows;
    } catch (error) {
      throw asUnavailable(broken.error ?? error);
    }
  };
  await read({ text: 'begin transaction isolation level repeatable read, read only', values: [] });
  return { read, close: () => client.end() };
}

async function connect(url: string): Promise<pg.Client> {
  try {
    const client = new pg.Client(connectionConfig(url));
    await client.connect();
    return client;
  } catch (error) {
    throw asUnavailable(error);
  }
}
