/** Which attributes lie in columns of the table `resource`: `id` and `meta` (RFC 7643 §3.1). */
import { parseDateTime } from '../../scim/date-time.ts';
import type { QueryContext } from './query-context.ts';

export interface Column {
  /** A SQL expression. */
  readonly sql: string;
  /** Epoch milliseconds; text otherwise. */
  readonly isInstant: boolean;
}

/** @param path canonical, e.g. `meta.created` */
export const isColumn = (path: string): boolean => COLUMNS[path] !== undefined;

/** Its value may be a parameter, so that it is asked for only where it is used: PostgreSQL refuses one that nobody uses. */
export function columnOf(path: string, context: QueryContext): Column | undefined {
  return COLUMNS[path]?.(context);
}

const instant = (sql: string) => (): Column => ({ sql, isInstant: true });
const text = (sql: string, { dialect }: QueryContext): Column => ({ sql: dialect.text(sql), isInstant: false });

const COLUMNS: Readonly<Partial<Record<string, (context: QueryContext) => Column>>> = {
  id: (context) => text('resource.id', context),
  'meta.created': instant('resource.created_at'),
  'meta.lastModified': instant('resource.last_modified_at'),
  'meta.resourceType': (context) => text('resource.type', context),
  'meta.version': (context) => text(`('W/"' || resource.version || '"')`, context),
  'meta.location': (context) =>
    text(`(${context.parameters.add(context.locations.get(context.type) ?? '')} || resource.id)`, context),
};

/** A dateTime to compare with a column: what lies between two milliseconds lies half-way, and so equals neither. */
export function toMilliseconds(dateTime: string): number | undefined {
  const instant = parseDateTime(dateTime);
  if (instant === undefined) return undefined;
  return /\.\d{3}\d*[1-9]/.test(dateTime) ? Math.floor(instant) + 0.5 : instant;
}
