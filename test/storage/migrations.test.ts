/** What migrations make of rows that an earlier version left. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { openStore } from '../../src/database.ts';
import { postgresDialect } from '../../src/storage/postgres/dialect.ts';
import { MIGRATIONS } from '../../src/storage/sql/migrations.ts';
import { sqliteDialect } from '../../src/storage/sqlite/dialect.ts';
import type { LeasedLane, Settlement, Store } from '../../src/storage/store.ts';
import { queryDatabase } from '../crash/support/lanes.ts';
import { LASTING_ENGINES, storedUser, storeOptions, userKeys, type Database } from '../support/engines.ts';
import { settlement } from './support/settlement.ts';

const CONNECTOR = 'salesforce';
const HELD = { class: 'policy', code: 'REMOVAL_HELD', message: 'x' };

describe.each(LASTING_ENGINES)('a migration on $name', (engine) => {
  let database: Database;
  let store: Store;
  beforeEach(async () => {
    database = await engine.create();
    store = await openStore({ DATABASE_URL: database.url }, storeOptions, () => undefined);
  });
  afterEach(async () => {
    await store.close();
    await database.drop();
  });

  const dialect = engine.name === 'SQLite' ? sqliteDialect : postgresDialect;
  /** Does anew what it does with rows. */
  const repeat = async (title: string): Promise<void> => {
    const statements = MIGRATIONS.find((one) => one.name === title)?.statements(dialect) ?? [];
    for (const text of statements.filter((one) => one.startsWith('update'))) await queryDatabase(database.url, text);
  };
  /** @returns id of a user whose lane was settled like this at 5,000 */
  const user = async (userName: string, members: object, settled: Partial<Settlement>): Promise<string> => {
    const plain = storedUser(userName);
    const document = JSON.stringify({ ...(JSON.parse(plain.document) as object), ...members });
    const after = { resource: { ...plain, document }, keys: userKeys(userName) };
    const entry = { operation: 'create', actor: 'a', requestId: 'r', changed: [] } as const;
    await store.commit({ type: 'User', id: plain.id, after, entry, at: 1 });
    const claim = { connector: CONNECTOR, limit: 1, lease: 'lease', leaseMs: 10_000, now: 5_000 };
    const [lane] = await store.claimLanes(claim);
    await store.settleLanes(CONNECTOR, 'lease', [settlement(lane as LeasedLane, settled)], 5_000);
    return plain.id;
  };
  const lane = (id: string) => store.readLane(CONNECTOR, id);

  it('marks the Leads of users who are inactive as those of deactivated ones, and no others', async () => {
    const told = (text?: string): Partial<Settlement> => ({
      lead: { leadId: '00Q1', origin: 'created', ...(text !== undefined && { told: text }) },
    });
    const inactive = await user('inactive', { active: false }, told('{"Status":"Closed"}'));
    const empty = await user('empty', { active: false }, told('{}'));
    const untold = await user('untold', { active: false }, told());
    const rejected = await user('rejected', { active: false }, { ...told('{"Title":"x"}'), error: HELD });
    const active = await user('active', { active: true }, told('{"Title":"x"}'));
    const plain = await user('plain', {}, told('{"Title":"x"}'));
    await repeat('Leads of users who were deactivated');
    const texts = await Promise.all([inactive, empty, untold, rejected, active, plain].map(lane));
    expect(texts.map((one) => one?.told)).toEqual([
      '{"#away":true,"Status":"Closed"}',
      '{"#away":true}',
      undefined,
      '{"Title":"x"}',
      '{"Title":"x"}',
      '{"Title":"x"}',
    ]);
  });

  it('remembers who is held, also where the user changed since', async () => {
    const held = await user('held', {}, { state: 'held', delivered: false, error: HELD });
    const due = await user('due', {}, { state: 'due', dueAt: 90_000, delivered: false, error: HELD });
    const rejected = await user('rejected', {}, { state: 'idle', error: HELD });
    await queryDatabase(database.url, 'update lane set held_at = null');
    await repeat('users who are held, whatever comes in between');
    const lanes = await Promise.all([held, due, rejected].map(lane));
    expect(lanes.map((one) => one?.heldAt)).toEqual([5_000, 5_000, undefined]);
  });
});
