/** How many kills each scenario gets of those that CRASH_KILLS allows all of them together. */

export const KILLS = Number(process.env['CRASH_KILLS'] ?? 200);
/** The short form runs before every merge and has three minutes for everything. */
export const IS_SHORT = KILLS < 50;

const atLeast = (least: number, share: number): number => Math.max(least, Math.round(KILLS * share));

const zombies = atLeast(2, 0.03);
const outages = atLeast(2, 0.06);
const together = 1;
const loads = atLeast(2, 0.05);
const byEmail = atLeast(2, 0.1);
const postgres = atLeast(2, 0.2);
const pair = atLeast(2, 0.2);

export const PLAN = {
  postgres,
  pair,
  zombies,
  outages,
  together,
  loads,
  /** On each engine. */
  byEmail,
  sqlite: Math.max(2, KILLS - postgres - pair - zombies - outages - together - loads - 2 * byEmail),
  /** Users that two processes deliver together. */
  users: IS_SHORT ? 2_000 : 10_000,
  /** Milliseconds. */
  salesforceAwayMs: IS_SHORT ? 6_000 : 60_000,
  diskFull: IS_SHORT ? 1 : 5,
  powerCuts: IS_SHORT ? 30 : 300,
  modelRuns: IS_SHORT ? 6 : 200,
} as const;
