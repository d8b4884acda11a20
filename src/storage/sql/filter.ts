/** A SCIM filter as a SQL condition (RFC 7644 §3.4.2.2); means what `scim/filter/evaluate.ts` means. */
import { parseDateTime } from '../../scim/date-time.ts';
import type { CompareFilter, CompareOperator, Filter, ValuePathFilter } from '../../scim/filter/filter.ts';
import type { Attribute } from '../../scim/schema/attribute.ts';
import type { AttributePath } from '../../scim/schema/resource-type.ts';
import { afterPrefix } from './after-prefix.ts';
import { keyValue, MAX_KEY_CHARACTERS } from './key-value.ts';
import type { Dialect, ScalarType } from './dialect.ts';
import type { Parameters } from './transaction.ts';

export interface FilterContext {
  readonly dialect: Dialect;
  readonly parameters: Parameters;
  readonly type: string;
  /** What `meta.location` of this type begins with. */
  readonly locationPrefix: string;
  /** Attributes found through a key table instead of the document. */
  readonly keyTables: ReadonlyMap<string, 'unique_key' | 'search_key'>;
}

/** Where the attributes of a condition lie: in the resource, or in one element or complex value of it. */
interface Source {
  readonly kind: 'resource' | 'object' | 'scalar';
  /** A JSON expression; of a scalar element the SQL value itself. */
  readonly json: string;
}

interface Context extends FilterContext {
  /** Names the elements that are looked through, so that nested ones differ. */
  readonly aliases: { count: number };
}

/** @returns a condition on the table `resource`; its values are added to `context.parameters` */
export function filterCondition(filter: Filter, context: FilterContext): string {
  return condition(filter, { kind: 'resource', json: 'resource.document' }, { ...context, aliases: { count: 0 } });
}

function condition(filter: Filter, source: Source, context: Context): string {
  switch (filter.kind) {
    case 'and':
    case 'or':
      return join(
        filter.kind,
        filter.operands.map((operand) => condition(operand, source, context)),
      );
    case 'not':
      return `not ${condition(filter.operand, source, context)}`;
    case 'present':
      return present(filter.path, source, context);
    case 'compare':
      return compare(filter, source, context);
    case 'valuePath':
      return valuePath(filter, source, context);
  }
}

/** Halved again and again: SQLite refuses an expression that is 1,000 deep, which 1,000 terms in a row are. */
function join(operator: 'and' | 'or', terms: readonly string[]): string {
  if (terms.length === 1) return terms[0] ?? 'true';
  const middle = Math.ceil(terms.length / 2);
  return `(${join(operator, terms.slice(0, middle))} ${operator} ${join(operator, terms.slice(middle))})`;
}

function valuePath({ path, filter }: ValuePathFilter, source: Source, context: Context): string {
  const { attribute } = path;
  if (!attribute) return 'false';
  // `meta` lies in columns, whose names say it all.
  if (attribute.name === 'meta') return condition(filter, source, context);
  if (!attribute.multiValued) {
    const json = context.dialect.member(source.json, members(path));
    return `(${json} is not null and ${condition(filter, { kind: 'object', json }, context)})`;
  }
  const some = someElement(path, source, context, (element) => condition(filter, element, context));
  const key = source.kind === 'resource' ? elementKey(path, filter, context) : undefined;
  return key === undefined ? some : `(${key} and ${some})`;
}

/** Of `emails[type eq "work" and value eq "x"]` the key table knows who has the value at all. */
function elementKey(path: AttributePath, filter: Filter, context: Context): string | undefined {
  const terms = filter.kind === 'and' ? filter.operands : [filter];
  const keys = terms.map((term) => {
    const name = term.kind === 'compare' ? term.path.attribute?.name : undefined;
    const subAttribute = name === undefined ? undefined : path.attribute?.subAttribute(name);
    return term.kind === 'compare' && subAttribute
      ? keyCondition({ ...term, path: { ...path, subAttribute } }, context)
      : undefined;
  });
  return keys.find((key) => key !== undefined);
}

function present(path: AttributePath, source: Source, context: Context): string {
  if (path.unknown !== undefined) return 'false';
  if (path.attribute?.name === 'meta' || META[leafPath(path)]) return 'true';
  return isPresent(path, source, context);
}

/** Some value that is not the empty string: no other empty ones are stored. */
function isPresent(path: AttributePath, source: Source, context: Context): string {
  const { dialect } = context;
  const { attribute } = path;
  if (!attribute) return `${dialect.member(source.json, members(path))} is not null`;
  const leaf = path.subAttribute ?? attribute;
  if (!attribute.multiValued || source.kind !== 'resource')
    return filled(leaf, valueSource(path, source, context), context);
  return someElement(path, source, context, (element) => {
    if (!path.subAttribute) return filled(attribute, element, context);
    return filled(leaf, { kind: 'object', json: dialect.member(element.json, [path.subAttribute.name]) }, context);
  });
}

/** @param value where the value of `attribute` itself lies */
function filled(attribute: Attribute, value: Source, context: Context): string {
  const { dialect } = context;
  if (attribute.type !== 'complex') return `coalesce(${text(value, context)} <> '', false)`;
  const subs = attribute.subAttributes.map(
    ({ name }) => `coalesce(${dialect.scalar(value.json, [name], 'text')} <> '', false)`,
  );
  return join('or', subs);
}

const text = (value: Source, { dialect }: Context): string => dialect.scalar(value.json, [], 'text');

const valueSource = (path: AttributePath, source: Source, { dialect }: Context): Source =>
  source.kind === 'scalar' ? source : { kind: 'object', json: dialect.member(source.json, leafMembers(path)) };

function compare(filter: CompareFilter, source: Source, context: Context): string {
  const { path, operator, value } = filter;
  if (value === null)
    return operator === 'eq' ? `not ${present(path, source, context)}` : present(path, source, context);
  const { attribute, subAttribute } = path;
  if (!attribute) return operator === 'ne' ? 'true' : 'false';
  const meta = META[leafPath(path)];
  if (meta) return meta(filter, context);
  const key = source.kind === 'resource' ? keyCondition(filter, context) : undefined;
  if (key !== undefined) return key;
  if (source.kind === 'scalar') return compareScalar(filter, source.json, [], context);
  if (source.kind === 'object' || !attribute.multiValued)
    return compareScalar(filter, source.json, leafMembers(path), context);
  return compareElements(filter, subAttribute ? [subAttribute.name] : [], source, context);
}

/** One differing element makes `ne` true, and so does having no value at all. */
function compareElements(filter: CompareFilter, leaf: readonly string[], source: Source, context: Context): string {
  const { path, operator } = filter;
  const { dialect } = context;
  const value = (element: Source): string => dialect.scalar(element.json, leaf, 'text');
  const some = someElement(path, source, context, (element) => {
    const differs = compareScalar(filter, element.json, leaf, context);
    return operator === 'ne' ? `(${value(element)} is not null and ${differs})` : differs;
  });
  if (operator !== 'ne') return some;
  return `(${some} or not ${someElement(path, source, context, (element) => `${value(element)} is not null`)})`;
}

function someElement(path: AttributePath, source: Source, context: Context, test: (element: Source) => string): string {
  const alias = `e${String((context.aliases.count += 1))}`;
  const elements = context.dialect.elements(source.json, members(path), alias);
  const kind = path.attribute?.type === 'complex' ? 'object' : 'scalar';
  return `exists (select 1 from ${elements} where ${test({ kind, json: context.dialect.element(alias) })})`;
}

function compareScalar(filter: CompareFilter, json: string, path: readonly string[], context: Context): string {
  const { operator, value } = filter;
  const { dialect, parameters } = context;
  const leaf = filter.path.subAttribute ?? filter.path.attribute;
  const scalar = dialect.scalar(json, path, scalarType(value));
  if (typeof value !== 'string') return comparison(operator, scalar, parameters.add(Number(value)), context);
  if (leaf?.type === 'dateTime') {
    return comparison(operator, dialect.instant(scalar), dialect.instant(parameters.add(value)), context);
  }
  if (value === '' && SUBSTRING.has(operator)) return `${scalar} is not null`;
  if (leaf?.caseExact !== false) return comparison(operator, dialect.text(scalar), parameters.add(value), context);
  return comparison(operator, dialect.text(`lower(${scalar})`), parameters.add(dialect.fold(value)), context);
}

const scalarType = (value: CompareFilter['value']): ScalarType =>
  typeof value === 'boolean' ? 'boolean' : typeof value === 'number' ? 'number' : 'text';

const SUBSTRING: ReadonlySet<CompareOperator> = new Set(['co', 'sw', 'ew']);
const ORDER = { eq: '=', gt: '>', ge: '>=', lt: '<', le: '<=' } as const;

/** Absent values make every comparison false, but for `ne`. */
function comparison(operator: CompareOperator, left: string, right: string, { dialect }: Context): string {
  switch (operator) {
    case 'ne':
      return `coalesce(${left} <> ${right}, true)`;
    case 'co':
      return `coalesce(${dialect.contains(left, right)}, false)`;
    case 'sw':
      return `coalesce(${dialect.startsWith(left, right)}, false)`;
    case 'ew':
      return `coalesce(${dialect.endsWith(left, right)}, false)`;
    default:
      return `coalesce(${left} ${ORDER[operator]} ${right}, false)`;
  }
}

/** `eq` and `sw` on an indexed attribute, and `eq` on `id`, without touching the document. */
function keyCondition({ path, operator, value }: CompareFilter, context: Context): string | undefined {
  if (typeof value !== 'string') return undefined;
  const { parameters, keyTables, type } = context;
  const name = leafPath(path);
  // Bare: within coalesce the unique index would not be used.
  if (name === 'id' && operator === 'eq') return `resource.id = ${parameters.add(value)}`;
  const table = keyTables.get(name);
  const leaf = path.subAttribute ?? path.attribute;
  const folded = leaf?.caseExact === false ? value.toLowerCase() : value;
  const ofKey = table === undefined ? undefined : KEY_CONDITIONS[operator]?.(folded, parameters);
  if (table === undefined || ofKey === undefined) return undefined;
  return `resource.seq in (select seq from ${table} where type = ${parameters.add(type)} and attribute = ${parameters.add(name)} and ${ofKey})`;
}

/** What is asked of `value`, whose order is that of its code points. */
const KEY_CONDITIONS: Readonly<
  Partial<Record<CompareOperator, (value: string, parameters: Parameters) => string | undefined>>
> = {
  eq: (value, parameters) => `value = ${parameters.add(keyValue(value))}`,
  sw: (prefix, parameters) => {
    const end = afterPrefix(prefix);
    if (end === undefined || prefix.length > MAX_KEY_CHARACTERS) return undefined;
    return `value >= ${parameters.add(prefix)} and value < ${parameters.add(end)}`;
  },
};

/** `meta` is kept in columns. */
const META: Readonly<Record<string, (filter: CompareFilter, context: Context) => string>> = {
  'meta.created': (filter, context) => instantColumn('resource.created_at', filter, context),
  'meta.lastModified': (filter, context) => instantColumn('resource.last_modified_at', filter, context),
  'meta.resourceType': (filter, context) => textColumn('resource.type', filter, context),
  'meta.version': (filter, context) => textColumn(`('W/"' || resource.version || '"')`, filter, context),
  'meta.location': (filter, context) =>
    textColumn(`(${context.parameters.add(context.locationPrefix)} || resource.id)`, filter, context),
};

function instantColumn(column: string, { operator, value }: CompareFilter, context: Context): string {
  return comparison(operator, column, context.parameters.add(parseDateTime(String(value)) ?? null), context);
}

function textColumn(column: string, { operator, value }: CompareFilter, context: Context): string {
  return comparison(operator, context.dialect.text(column), context.parameters.add(String(value)), context);
}

/** Members to walk from the resource (or element) to the attribute itself. */
function members(path: AttributePath): readonly string[] {
  const names = path.attribute ? [path.attribute.name] : [];
  return path.extension === undefined ? names : [path.extension, ...names];
}

function leafMembers(path: AttributePath): readonly string[] {
  return path.subAttribute ? [...members(path), path.subAttribute.name] : members(path);
}

const leafPath = (path: AttributePath): string => (path.subAttribute ?? path.attribute)?.path ?? '';
