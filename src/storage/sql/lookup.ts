/** What indexes know without touching documents: the `seq` of resources by key, by member, by membership. */
import { comparable } from '../../scim/comparable.ts';
import type { CompareFilter } from '../../scim/filter/filter.ts';
import { afterPrefix } from './after-prefix.ts';
import { everybodyIn } from './elements.ts';
import { keyValue, MAX_KEY_CHARACTERS } from './key-value.ts';
import { leafOf, type QueryContext } from './query-context.ts';

/** The same comparison with any of several values; `eq` alone has more than one. */
export interface Comparison extends Pick<CompareFilter, 'path' | 'operator'> {
  readonly values: readonly CompareFilter['value'][];
}

/** @returns a select of `seq`; undefined when no index knows the attribute or takes the operator */
export function lookUp(comparison: Comparison, context: QueryContext): string | undefined {
  const { path, operator } = comparison;
  const texts = comparableTexts(comparison);
  if (texts === undefined) return undefined;
  if (operator === 'sw') return texts[0] === undefined ? undefined : byPrefix(path, texts[0], context);
  if (operator === 'ew') return texts[0] === undefined ? undefined : byTail(path, texts[0], context);
  if (operator !== 'eq') return undefined;
  return byKey(path, texts, context) ?? byMember(path, texts, context) ?? byMembership(path, texts, context);
}

/** `attribute` of a row is one of these values. */
export function oneOf(attribute: string, values: readonly string[], { dialect, parameters }: QueryContext): string {
  const [value = null, ...others] = values;
  if (others.length === 0) return `${attribute} = ${parameters.add(value)}`;
  // One parameter, because a statement has 32,766 at most.
  const given = parameters.add(JSON.stringify(values.map((one) => ({ value: one }))));
  return `${attribute} in (select given.value from ${dialect.rows(given, 'given', { value: 'text' })})`;
}

export function comparableTexts({ path, values }: Comparison): readonly string[] | undefined {
  const leaf = leafOf(path);
  const texts = values.map((value) => (leaf === undefined || value === null ? undefined : comparable(leaf, value)));
  return texts.every((text) => typeof text === 'string') ? texts : undefined;
}

type Path = Comparison['path'];

function byKey(path: Path, texts: readonly string[], context: QueryContext): string | undefined {
  if (leafOf(path)?.path === 'id') return byId(oneOf('one.id', texts, context));
  return inKeyTable(path, () => oneOf('value', texts.map(keyValue), context), context);
}

function byPrefix(path: Path, prefix: string, context: QueryContext): string | undefined {
  const end = afterPrefix(prefix);
  if (end === undefined || prefix.length > MAX_KEY_CHARACTERS) return undefined;
  const { parameters } = context;
  return inKeyTable(path, () => `value >= ${parameters.add(prefix)} and value < ${parameters.add(end)}`, context);
}

/** What ends with `/robin` has the tail `robin`: one look-up where tails are indexed. */
function byTail(path: Path, text: string, context: QueryContext): string | undefined {
  const tail = /^\/([^/]*)$/.exec(text)?.[1];
  if (tail === undefined || tail.length > MAX_KEY_CHARACTERS) return undefined;
  return inKeyTable(path, () => `value = ${context.parameters.add(keyValue(tail))}`, context, '/');
}

/** @param condition asked for only when there is a table: a parameter that nobody uses is an error to PostgreSQL */
function inKeyTable(
  path: Path,
  condition: () => string,
  { keyTables, type, parameters }: QueryContext,
  suffix = '',
): string | undefined {
  const name = `${leafOf(path)?.path ?? ''}${suffix}`;
  const table = keyTables.get(type)?.get(name);
  if (table === undefined) return undefined;
  return `select seq from ${table}
    where type = ${parameters.add(type)} and attribute = ${parameters.add(name)} and ${condition()}`;
}

function byMember(path: Path, texts: readonly string[], context: QueryContext): string | undefined {
  const list = context.memberLists.own.get(context.type)?.get(path.attribute?.path ?? '');
  if (list === undefined || path.subAttribute?.name !== 'value') return undefined;
  return byId(`one.id in (select owner from member
    where list = ${context.parameters.add(list)} and ${oneOf('value', texts.map(keyValue), context)})`);
}

function byMembership(path: Path, texts: readonly string[], context: QueryContext): string | undefined {
  const lists = context.memberLists.shown.get(context.type)?.get(path.attribute?.path ?? '');
  if (lists === undefined || path.subAttribute?.name !== 'value') return undefined;
  return byId(`one.id in ${everybodyIn(lists, oneOf('member.owner', texts, context), context)}`);
}

/** As a select of its own: beside a condition on the type, SQLite would look through all of the type instead. */
const byId = (condition: string): string => `select one.seq from resource as one where ${condition}`;
