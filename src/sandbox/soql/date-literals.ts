/** Which span of time a date literal means (SOQL: "Date Formats and Date Literals"); weeks begin on Sunday, days in UTC. */
import { malformedQuery } from '../errors.ts';

/** Epoch milliseconds; `end` is the first moment after. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

const day = (at: Date, days: number): number => Date.UTC(at.getUTCFullYear(), at.getUTCMonth(), at.getUTCDate() + days);
const month = (at: Date, months: number): number => Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + months, 1);
const year = (at: Date, years: number): number => Date.UTC(at.getUTCFullYear() + years, 0, 1);
const week = (at: Date, weeks: number): number => day(at, 7 * weeks - at.getUTCDay());

type Unit = (at: Date, count: number) => number;

/** `count` whole units, the first of them `offset` away from the current one. */
const units =
  (unit: Unit, offset: number, count = 1) =>
  (now: Date): Span => ({ start: unit(now, offset), end: unit(now, offset + count) });

const LITERALS: Readonly<Record<string, (now: Date) => Span>> = {
  YESTERDAY: units(day, -1),
  TODAY: units(day, 0),
  TOMORROW: units(day, 1),
  LAST_WEEK: units(week, -1),
  THIS_WEEK: units(week, 0),
  NEXT_WEEK: units(week, 1),
  LAST_MONTH: units(month, -1),
  THIS_MONTH: units(month, 0),
  NEXT_MONTH: units(month, 1),
  LAST_YEAR: units(year, -1),
  THIS_YEAR: units(year, 0),
  NEXT_YEAR: units(year, 1),
  LAST_90_DAYS: units(day, -90, 91),
  NEXT_90_DAYS: units(day, 1, 90),
};

const COUNTED: Readonly<Record<string, (count: number) => (now: Date) => Span>> = {
  LAST_N_DAYS: (count) => units(day, -count, count + 1),
  NEXT_N_DAYS: (count) => units(day, 1, count),
  N_DAYS_AGO: (count) => units(day, -count),
  LAST_N_WEEKS: (count) => units(week, -count, count),
  NEXT_N_WEEKS: (count) => units(week, 1, count),
  LAST_N_MONTHS: (count) => units(month, -count, count),
  NEXT_N_MONTHS: (count) => units(month, 1, count),
};

/** @param literal such as TODAY or LAST_N_DAYS:3 */
export function spanOf(literal: string, now: Date): Span {
  const [name = '', count] = literal.toUpperCase().split(':');
  const span = count === undefined ? LITERALS[name] : COUNTED[name]?.(Number(count));
  if (!span) throw malformedQuery(`the date literal ${literal} is not known to this stand-in`);
  return span(now);
}
