/** What `status` says of a connector that sends nothing, or less than there is, when no service runs. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { openStore } from '../../../src/database.ts';
import type { Store } from '../../../src/storage/store.ts';
import { LASTING_ENGINES, storeOptions, type Database } from '../../support/engines.ts';
import { runHere } from './support.ts';

const CONNECTOR = 'salesforce';
const HOUR = 3_600_000;

describe.each(LASTING_ENGINES)('status on $name', (engine) => {
  let database: Database;
  beforeEach(async () => {
    database = await engine.create();
  });
  afterEach(() => database.drop());

  const statusAfter = async (change: (store: Store) => Promise<unknown>): Promise<string> => {
    const store = await openStore({ DATABASE_URL: database.url }, storeOptions, () => undefined);
    await change(store);
    await store.close();
    return (await runHere({ DATABASE_URL: database.url }, ['status'])).stdout;
  };
  const outage = { class: 'outage', reason: 'HTTP_503: no service', failures: 2 };

  it.each([
    ['is about to be tried', { ...outage, until: 1 }, /^gate {6}about to be tried: outage, HTTP_503: no service$/m],
    ['is closed for some time', { ...outage, until: Date.now() + HOUR }, /^gate {6}closed until \d{4}-\S+Z: outage, /m],
    ['waits for somebody', outage, /^gate {6}closed until resume or a restart: outage, /m],
  ])('tells of a gate that %s, and what to do', async (_what, gate, line) => {
    const told = await statusAfter((store) => store.closeGate(CONNECTOR, gate, 'gate closed', 1));
    expect(told).toMatch(line);
    expect(told).toMatch(/^ {10}Salesforce is down or being maintained/m);
  });

  it('tells what it means that delivery slows down', async () => {
    const budget = { used: 85, max: 100, level: 'slowed', at: 1 } as const;
    expect(await statusAfter((store) => store.noteBudget(CONNECTOR, budget))).toMatch(
      /^API calls 85 of 100 used in 24 hours, slowed: up to a minute lies between two batches \(/m,
    );
  });
});
