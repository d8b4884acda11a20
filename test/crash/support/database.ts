/** An empty PostgreSQL database for one scenario. */
import { ENGINES } from '../../support/engines.ts';
import type { Scenario } from './scenario.ts';

/** @returns its URL; it goes when the scenario ends */
export async function createPostgres(scenario: Scenario): Promise<string> {
  const engine = ENGINES.find(({ name }) => name === 'PostgreSQL');
  if (!engine) throw new TypeError('no PostgreSQL among the engines');
  const database = await engine.create();
  scenario.atEnd(() => database.drop());
  return database.url;
}

/** The shortest lease: what a killed or held process was delivering waits for its end. */
export const SHORT_LEASE = { LEASE_SECONDS: '10' } as const;
