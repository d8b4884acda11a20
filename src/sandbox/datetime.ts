/** How Salesforce writes and reads dates and times in JSON and SOQL. */

const DATE_TIME = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:?\d\d)$/;
const DATE = /^\d{4}-\d\d-\d\d$/;

/** `2013-05-20T20:49:32.000+0000`: audit fields have whole seconds and an offset without a colon. */
export const formatDateTime = (date: Date): string => `${date.toISOString().slice(0, 19)}.000+0000`;

export const formatDate = (date: Date): string => date.toISOString().slice(0, 10);

/** @returns the form that records keep (one width, so that text order is time order), or null */
export function parseDateTime(text: string): string | null {
  if (!DATE_TIME.test(text)) return null;
  const date = new Date(text.replace(/([+-]\d\d)(\d\d)$/, '$1:$2'));
  return Number.isNaN(date.getTime()) ? null : date.toISOString().replace('Z', '+0000');
}

/** @returns the date as it came, or null for one that no calendar has */
export function parseDate(text: string): string | null {
  if (!DATE.test(text)) return null;
  const date = new Date(`${text}T00:00:00Z`);
  return Number.isNaN(date.getTime()) || formatDate(date) !== text ? null : text;
}
