/** What a query asks of the store. */
import type { Place } from '../scim/cursor.ts';
import type { Filter } from '../scim/filter/filter.ts';
import type { AttributePath } from '../scim/schema/resource-type.ts';

/** What is asked of the resources of one type. */
export interface TypeQuery {
  readonly type: string;
  readonly filter?: Filter;
  /** Absent: not sorted, or the type does not have the attribute. */
  readonly sortBy?: AttributePath;
}

export interface ResourceQuery {
  /** One, or several whose resources make one list. */
  readonly types: readonly TypeQuery[];
  readonly descending?: boolean;
  /** The list begins after this place: the `next` of another page. */
  readonly after?: Place;
  /** Resources to leave out before the page. */
  readonly offset: number;
  readonly limit: number;
  /** The page ends before its documents come to more than this, but has one resource at least; absent: whatever they come to. */
  readonly maxBytes?: number;
  /** What `meta.location` begins with, by type name, so that filters can name it. */
  readonly locations: ReadonlyMap<string, string>;
}
