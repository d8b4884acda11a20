/** How long a minute is here: no write of the stand-in comes later than a second, so nobody has to wait for one as long as in life. */
import { queryDatabase } from './lanes.ts';
import type { Scenario } from './scenario.ts';

/** The longest delay of a call, several times. */
const MINUTE_MS = 3_000;
const LOOK_MS = 500;

/**
 * For the rest of the scenario, whoever waits for a write that may still be under way has waited long enough after some seconds.
 * What a killed process holds waits for the end of its lease all the same.
 */
export function shortenMinutes(scenario: Scenario, databaseUrl: string): void {
  const over = new AbortController();
  const pass = async (): Promise<void> => {
    while (!over.signal.aborted) {
      const now = Date.now();
      const waiting = `state = 'due' and lease is null and due_at > ${now} and last_attempt_at < ${now - MINUTE_MS}`;
      await queryDatabase(databaseUrl, `update lane set due_at = ${now}, lease_until = null where ${waiting}`);
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
  };
  const passing = pass().catch((error: unknown) =>
    scenario.findings.add('unexpected', `the minutes: ${String(error)}`),
  );
  scenario.atEnd(() => {
    over.abort();
    return passing;
  });
}
