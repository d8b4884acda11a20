/** Which instant a dateTime value means (RFC 7643 §2.3.5, XML Schema dateTime). */

const DATE_TIME = /^(\d{4}-\d\d-\d\d)T\d\d:\d\d:\d\d(?:\.\d+)?(Z|[+-]\d\d:\d\d)?$/;

/**
 * Milliseconds since 1970; undefined for text that is no dateTime.
 *
 * Without a zone it is UTC, never the zone of this machine: XML Schema leaves it open and Microsoft's test suite sends it.
 */
export function parseDateTime(text: string): number | undefined {
  const [whole, day = '', zone] = DATE_TIME.exec(text) ?? [];
  if (whole === undefined || !isDay(day)) return undefined;
  const instant = Date.parse(zone === undefined ? `${whole}Z` : whole);
  return Number.isNaN(instant) ? undefined : instant;
}

/** JavaScript takes the 30th of February for the 1st of March. */
function isDay(day: string): boolean {
  const midnight = Date.parse(`${day}T00:00:00Z`);
  return !Number.isNaN(midnight) && new Date(midnight).toISOString().startsWith(day);
}

export function isDateTime(text: string): boolean {
  return parseDateTime(text) !== undefined;
}
