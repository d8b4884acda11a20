/** Which records changed or went in a span of time (sObject Get Updated, sObject Get Deleted). */
import { formatDateTime, parseDateTime } from '../datetime.ts';
import { invalidReplicationDate } from '../errors.ts';
import { idOf, isDeleted } from '../records/table.ts';
import { isVisible } from '../records/visibility.ts';
import type { Row } from '../schema/field.ts';
import { ok, requireType, type Answer, type Call } from './call.ts';

const DAY_MS = 24 * 60 * 60_000;
/** What the recycle bin keeps, and so how far back deletions are known. */
const BIN_DAYS = 15;

/** In the form that records keep. A plus sign that came unescaped has become a space. */
function readTime(call: Call, name: string): string {
  const time = parseDateTime((call.query.get(name) ?? '').replace(' ', '+'));
  if (time === null) throw invalidReplicationDate(`${name} must be a date and time such as 2026-01-31T00:00:00Z`);
  return time;
}

function readSpan(call: Call): { start: string; end: string } {
  const span = { start: readTime(call, 'start'), end: readTime(call, 'end') };
  if (span.start >= span.end) throw invalidReplicationDate('start must be before end');
  return span;
}

/** The rows that changed in the span, oldest change first. */
function rowsIn(call: Call, { start, end }: { start: string; end: string }): Row[] {
  const table = call.org.tableOf(requireType(call));
  const rows = [...table.idsChangedSince(start)].map((id) => table.get(id)).filter((row) => row !== undefined);
  return rows.filter((row) => {
    const stamp = String(row['SystemModstamp']);
    return stamp >= start && stamp < end && isVisible(call.org, row);
  });
}

export function getUpdated(call: Call): Answer {
  const span = readSpan(call);
  const ids = rowsIn(call, span).filter((row) => !isDeleted(row));
  return ok({ ids: ids.map(idOf), latestDateCovered: span.end });
}

export function getDeleted(call: Call): Answer {
  const span = readSpan(call);
  const deleted = rowsIn(call, span).filter(isDeleted);
  const earliest = new Date(call.org.now().getTime() - BIN_DAYS * DAY_MS);
  return ok({
    deletedRecords: deleted.map((row) => ({ id: idOf(row), deletedDate: row['SystemModstamp'] })),
    earliestDateAvailable: formatDateTime(earliest),
    latestDateCovered: span.end,
  });
}
