/** The order of a list in SQL, and which resources come after one of them; means what `scim/sort.ts` means. */
import type { Place } from '../../scim/cursor.ts';
import type { Attribute } from '../../scim/schema/attribute.ts';
import type { AttributePath } from '../../scim/schema/resource-type.ts';
import { MAX_SORT_CHARACTERS } from '../../scim/sort.ts';
import { columnOf } from './columns.ts';
import { elementsOf } from './elements.ts';
import { below, containerOf, elementOf, leafOf, nextAlias, RESOURCE, valueText } from './query-context.ts';
import type { QueryContext, Source } from './query-context.ts';
import { firstShown, shownLists } from './shown.ts';
import type { Parameters } from './transaction.ts';

/** @param path undefined where the type has no such attribute @returns a SQL expression on the table `resource` */
export function sortExpression(path: AttributePath | undefined, context: QueryContext): string {
  const leaf = path && leafOf(path);
  if (!path || !leaf) return 'null';
  const column = columnOf(leaf.path, context);
  if (column) return column.sql;
  const steps = [path.attribute, path.subAttribute].filter((step) => step !== undefined);
  return walk(steps, leaf, containerOf(RESOURCE, path), context);
}

function walk([step, ...rest]: readonly Attribute[], leaf: Attribute, source: Source, context: QueryContext): string {
  if (step === undefined) return sortText(leaf, source, context);
  if (!step.multiValued) return walk(rest, leaf, below(source, step.name), context);
  const alias = nextAlias(context);
  const value = walk(rest, leaf, elementOf(step, alias), context);
  const shown = shownLists(step, source, context);
  if (shown !== undefined) return `(select ${value} from ${firstShown(step, shown, context, alias)})`;
  return `(select ${value} from ${elementsOf(step, source, context, alias)}
    order by ${primaryFirst(step, alias, context)}${alias}.position limit 1)`;
}

function sortText(leaf: Attribute, source: Source, context: QueryContext): string {
  const text = valueText(context, leaf, source);
  return leaf.type === 'boolean' ? text : `substr(${text}, 1, ${String(MAX_SORT_CHARACTERS)})`;
}

function primaryFirst(attribute: Attribute, alias: string, { dialect, parameters }: QueryContext): string {
  if (attribute.subAttribute('primary')?.type !== 'boolean') return '';
  const primary = dialect.scalar(`${alias}.value`, ['primary']);
  return `case when ${primary} = ${parameters.add(dialect.boolean(true))} then 0 else 1 end, `;
}

/** How the rows of a list are sorted: `sort_key` and `seq` are their columns. */
export interface Order {
  readonly isSorted: boolean;
  readonly descending: boolean;
  /** `sort_key` is a number. */
  readonly isInstant: boolean;
  /** Every resource has a `sort_key`: an index that has the order then need not be read to its end. */
  readonly isComplete: boolean;
}

/** A key table that has the order of a list: of an attribute that every resource has, once and on its own. */
export function keyTableOf(path: AttributePath | undefined, context: QueryContext): string | undefined {
  const { attribute, subAttribute } = path ?? {};
  if (!attribute?.required || attribute.multiValued || subAttribute || attribute.uniqueness === 'none')
    return undefined;
  return context.keyTables.get(context.type)?.get(attribute.path);
}

export function orderBy({ isSorted, descending, isComplete }: Order, rows: string): string {
  if (!isSorted) return `order by ${rows}.seq`;
  const nulls = isComplete ? '' : descending ? 'nulls first' : 'nulls last';
  return `order by ${rows}.sort_key ${descending ? 'desc' : 'asc'} ${nulls}, ${rows}.seq`;
}

/** A condition on rows that come after a place in the list. */
export function isAfter(order: Order, { key, seq }: Place, parameters: Parameters): string {
  const later = `seq > ${parameters.add(seq)}`;
  if (!order.isSorted) return later;
  if (key === null) return order.descending ? `(sort_key is not null or ${later})` : `(sort_key is null and ${later})`;
  const place = order.isInstant ? Number(key) || 0 : key;
  const beyond = order.descending ? '<' : '>';
  // In this form an index can begin at the place.
  const after = `(sort_key ${beyond}= ${parameters.add(place)} and (sort_key ${beyond} ${parameters.add(place)} or ${later}))`;
  return order.descending || order.isComplete ? after : `(${after} or sort_key is null)`;
}
