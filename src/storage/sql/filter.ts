/** A SCIM filter as a SQL condition (RFC 7644 §3.4.2.2); means what `scim/filter/evaluate.ts` means. */
import type { CompareOperator, Filter } from '../../scim/filter/filter.ts';
import type { AttributePath } from '../../scim/schema/resource-type.ts';
import type { Dialect, ScalarType } from './dialect.ts';
import type { Parameters } from './transaction.ts';

type Compare = Extract<Filter, { kind: 'compare' }>;
type Value = Compare['value'];

interface Context {
  readonly dialect: Dialect;
  readonly parameters: Parameters;
  readonly type: string;
  readonly locationPrefix: string;
  /** Attributes found through a key table instead of the document. */
  readonly keyTables: ReadonlyMap<string, 'unique_key' | 'search_key'>;
  aliases: number;
}

export type FilterContext = Omit<Context, 'aliases'>;

/** @returns a condition on the table `resource`; its values are added to `context.parameters` */
export function filterCondition(filter: Filter, context: FilterContext): string {
  return condition(filter, 'resource.document', { ...context, aliases: 0 });
}

function condition(filter: Filter, json: string, context: Context): string {
  switch (filter.kind) {
    case 'and':
    case 'or':
      return `(${filter.operands.map((operand) => condition(operand, json, context)).join(` ${filter.kind} `)})`;
    case 'not':
      return `(not ${condition(filter.operand, json, context)})`;
    case 'present':
      return present(filter.path, json, context);
    case 'compare':
      return compare(filter, json, context);
    case 'valuePath':
      return valuePath(filter, json, context);
  }
}

function valuePath(filter: Extract<Filter, { kind: 'valuePath' }>, json: string, context: Context): string {
  const key = keyedValuePath(filter);
  if (key && json === 'resource.document') return condition(key, json, context);
  const { attribute } = filter.path;
  if (!attribute?.multiValued)
    return condition(filter.filter, context.dialect.scalar(json, members(filter.path), 'text'), context);
  return someElement(json, members(filter.path), context, (element) => condition(filter.filter, element, context));
}

/** `emails[value eq "x"]` asks what `emails.value eq "x"` asks. */
function keyedValuePath({ path, filter }: Extract<Filter, { kind: 'valuePath' }>): Filter | undefined {
  if (filter.kind !== 'compare' || !path.attribute || !filter.path.attribute) return undefined;
  const subAttribute = path.attribute.subAttribute(filter.path.attribute.name);
  return subAttribute && { ...filter, path: { ...path, subAttribute } };
}

function present(path: AttributePath, json: string, context: Context): string {
  const { dialect } = context;
  if (path.unknown !== undefined) return 'false';
  if (META[leafPath(path)] || path.attribute?.name === 'meta') return 'true';
  const { attribute, subAttribute } = path;
  if (!attribute) return `${dialect.scalar(json, members(path), 'text')} is not null`;
  const filled = (value: string): string => `coalesce(${value} <> '', false)`;
  if (!attribute.multiValued) return filled(dialect.scalar(json, leafMembers(path), 'text'));
  return someElement(json, members(path), context, (element) =>
    filled(dialect.scalar(element, subAttribute ? [subAttribute.name] : [], 'text')),
  );
}

function compare(filter: Compare, json: string, context: Context): string {
  const meta = META[leafPath(filter.path)];
  if (meta && json === 'resource.document') return meta(filter, context);
  const key = json === 'resource.document' ? keyCondition(filter, context) : undefined;
  if (key) return key;
  const { attribute, subAttribute } = filter.path;
  if (!attribute) return holdsWhenAbsent(filter) ? 'true' : 'false';
  if (!attribute.multiValued) return compareScalar(filter, json, leafMembers(filter.path), context);
  return compareElements(filter, json, subAttribute ? [subAttribute.name] : [], context);
}

/** Some element compares; `ne` and `eq null` also hold when there is no element. */
function compareElements(filter: Compare, json: string, leaf: readonly string[], context: Context): string {
  const some = someElement(json, members(filter.path), context, (element) =>
    compareScalar(filter, element, leaf, context),
  );
  if (!holdsWhenAbsent(filter)) return some;
  return `(${some} or not ${someElement(json, members(filter.path), context, () => 'true')})`;
}

/** Nothing is equal to null, and differs from every value. */
const holdsWhenAbsent = (filter: Compare): boolean => filter.operator === (filter.value === null ? 'eq' : 'ne');

function someElement(
  json: string,
  path: readonly string[],
  context: Context,
  test: (element: string) => string,
): string {
  context.aliases += 1;
  const alias = `e${String(context.aliases)}`;
  const source = context.dialect.elements(json, path, alias);
  return `exists (select 1 from ${source} where ${test(context.dialect.element(alias))})`;
}

function compareScalar(filter: Compare, json: string, path: readonly string[], context: Context): string {
  const leaf = filter.path.subAttribute ?? filter.path.attribute;
  const scalar = context.dialect.scalar(json, path, scalarType(filter.value));
  if (filter.value === null) return `${scalar} is ${filter.operator === 'eq' ? '' : 'not '}null`;
  if (leaf?.type === 'dateTime') {
    return comparison(
      filter.operator,
      context.dialect.instant(scalar),
      context.dialect.instant(context.parameters.add(String(filter.value))),
      context,
    );
  }
  if (typeof filter.value !== 'string') {
    return comparison(filter.operator, scalar, context.parameters.add(Number(filter.value)), context);
  }
  const folds = leaf?.caseExact === false;
  const value = context.parameters.add(folds ? filter.value.toLowerCase() : filter.value);
  return comparison(filter.operator, folds ? `lower(${scalar})` : scalar, value, context);
}

const scalarType = (value: Value): ScalarType =>
  typeof value === 'boolean' ? 'boolean' : typeof value === 'number' ? 'number' : 'text';

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

/** `eq` on an indexed attribute, and any comparison of `id`, without touching the document. */
function keyCondition(filter: Compare, context: Context): string | undefined {
  if (typeof filter.value !== 'string') return undefined;
  const path = leafPath(filter.path);
  if (path === 'id') return comparison(filter.operator, 'resource.id', context.parameters.add(filter.value), context);
  const table = context.keyTables.get(path);
  if (!table || filter.operator !== 'eq') return undefined;
  const leaf = filter.path.subAttribute ?? filter.path.attribute;
  const value = leaf?.caseExact === false ? filter.value.toLowerCase() : filter.value;
  const { parameters } = context;
  return `resource.seq in (select seq from ${table} where type = ${parameters.add(context.type)} and attribute = ${parameters.add(path)} and value = ${parameters.add(value)})`;
}

/** `meta` is kept in columns. */
const META: Readonly<Record<string, (filter: Compare, context: Context) => string>> = {
  'meta.created': (filter, context) => instantColumn('resource.created_at', filter, context),
  'meta.lastModified': (filter, context) => instantColumn('resource.last_modified_at', filter, context),
  'meta.resourceType': (filter, context) => textColumn('resource.type', filter, context),
  'meta.version': (filter, context) => textColumn(`('W/"' || resource.version || '"')`, filter, context),
  'meta.location': (filter, context) =>
    textColumn(`(${context.parameters.add(context.locationPrefix)} || resource.id)`, filter, context),
};

function instantColumn(column: string, filter: Compare, context: Context): string {
  if (filter.value === null) return filter.operator === 'eq' ? 'false' : 'true';
  return comparison(filter.operator, column, context.parameters.add(Date.parse(String(filter.value))), context);
}

function textColumn(column: string, filter: Compare, context: Context): string {
  if (filter.value === null) return filter.operator === 'eq' ? 'false' : 'true';
  return comparison(filter.operator, column, context.parameters.add(String(filter.value)), context);
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
