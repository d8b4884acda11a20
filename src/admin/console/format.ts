/** How numbers and instants are written. */
const NUMBER = new Intl.NumberFormat('en');
const DAY_TIME = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'medium' });

export const formatNumber = (value: number): string => NUMBER.format(value);

/** @param iso RFC 3339 */
export const formatInstant = (iso: string): string => DAY_TIME.format(new Date(iso));

const SECOND = 1000;
const UNITS = [
  { name: 'd', ms: 24 * 60 * 60 * SECOND },
  { name: 'h', ms: 60 * 60 * SECOND },
  { name: 'min', ms: 60 * SECOND },
  { name: 's', ms: SECOND },
] as const;

/** @returns the largest unit that fits, e.g. `3 min` */
export function formatSpan(ms: number): string {
  const unit = UNITS.find((one) => ms >= one.ms);
  return unit ? `${Math.floor(ms / unit.ms)} ${unit.name}` : '0 s';
}

/** @returns e.g. `3 min ago`, `in 40 s` */
export function formatAgo(iso: string, now = Date.now()): string {
  const ms = now - new Date(iso).getTime();
  if (Math.abs(ms) < SECOND) return 'now';
  return ms > 0 ? `${formatSpan(ms)} ago` : `in ${formatSpan(-ms)}`;
}

/** @returns e.g. `850 ms`, `2.4 s`, `3 min` */
export function formatDuration(ms: number): string {
  if (ms < SECOND) return `${Math.round(ms)} ms`;
  return ms < 60 * SECOND ? `${(ms / SECOND).toFixed(1)} s` : formatSpan(ms);
}

/** @returns e.g. `1 user`, `3,000 users` */
export const count = (value: number, noun: string): string => `${formatNumber(value)} ${noun}${value === 1 ? '' : 's'}`;
