/** Random filters, resources and PATCH operations that fit a resource type, for property tests. */
import fc from 'fast-check';
import { compare, OPERATORS } from '../../../src/scim/filter/condition.ts';
import type { CompareOperator, CompareValue, Filter } from '../../../src/scim/filter/filter.ts';
import type { Json, JsonObject } from '../../../src/scim/json.ts';
import { printFilter } from '../../../src/scim/filter/print.ts';
import { normaliseResource } from '../../../src/scim/normalise.ts';
import type { PatchOperation } from '../../../src/scim/patch/parse.ts';
import { elementOf, type Attribute } from '../../../src/scim/schema/attribute.ts';
import type { AttributeType } from '../../../src/scim/schema/definition.ts';
import type { AttributePath, ResourceType } from '../../../src/scim/schema/resource-type.ts';

/** Few values, so that elements meet, filters match and names collide; letters that programs fold and order differently. */
const words = fc.constantFrom(
  ...['a', 'A', 'b', 'work', 'x"y\\z', "o'neil", 'ü ]', '{"a":[1]}', '12', '12.0', 'true', ''],
  ...['É', 'é', 'İ', 'i̇', 'ΑΣ', 'ας', 'ß', 'ẞ', '\u212a', 'k', '\u{10400}', '\u{10428}', '\uffee', '%_'],
);
const instants = fc.constantFrom(
  ...['2024-01-01T00:00:00Z', '2024-01-01T02:00:00+02:00', '2024-01-01T00:00:00.000Z', '2024-01-01T00:00:00'],
  ...['2025-06-30T12:00:00.5Z', '2025-06-30T12:00:00.5000001Z', '2025-06-30T12:00:00.50000010Z'],
  ...['2024-01-01T00:00:00.123456789123Z', '2024-01-01T00:00:00.1234567891230Z', '2024-01-01T00:00:00.12345678913Z'],
  ...['0000-01-01T00:00:00+23:59', '9999-12-31T23:59:59-23:59', '2024-02-29T00:00:00Z', '2024-03-01T24:00:00Z'],
);
const decimals = fc.constantFrom(
  ...[0, -0, 0.1, 0.3, 0.1 + 0.2, 0.5, 1, -1, -1.5, 1e21, 5e-324, 1.7976931348623157e308, 123456789012345680],
  ...[9007199254740991, 9007199254740992, 465076165394251800, 4.35, 4.3500000000000005],
);

const SIMPLE_VALUES: Record<Exclude<AttributeType, 'complex'>, fc.Arbitrary<string | number | boolean>> = {
  string: words,
  reference: words,
  binary: words,
  boolean: fc.boolean(),
  integer: fc.oneof(fc.integer({ min: -1, max: 3 }), fc.constantFrom(2 ** 53 - 1, 1 - 2 ** 53, 10)),
  decimal: decimals,
  dateTime: instants,
};

export function valuesOf(attribute: Attribute): fc.Arbitrary<Json> {
  const element = attribute.type === 'complex' ? complexValues(attribute) : SIMPLE_VALUES[attribute.type];
  return attribute.multiValued ? fc.array<Json>(element, { minLength: 1, maxLength: 3 }) : element;
}

function complexValues(attribute: Attribute): fc.Arbitrary<JsonObject> {
  const members = attribute.subAttributes.map(
    (sub) => [sub.name, fc.option(valuesOf(sub), { nil: undefined })] as const,
  );
  return fc.record(Object.fromEntries(members)).map(withoutUndefined);
}

/** Normalised resources with a userName. */
export function resources(type: ResourceType): fc.Arbitrary<JsonObject> {
  const members = writable(type).map(({ attribute }) => [
    attribute.path,
    fc.option(valuesOf(attribute), { nil: undefined, freq: 2 }),
  ]);
  return fc
    .record(Object.fromEntries(members) as Record<string, fc.Arbitrary<Json | undefined>>)
    .map((resource) => normaliseResource(type, { ...withoutUndefined(resource), userName: 'random' }));
}

export function filters(type: ResourceType): fc.Arbitrary<Filter> {
  const all = allPaths(type).filter(({ attribute }) => attribute.returned !== 'never');
  return nested(fc.oneof(conditions(all), valuePaths(all), unknowns), 3);
}

export function elementFilters(attribute: Attribute): fc.Arbitrary<Filter> {
  const attributes = attribute.type === 'complex' ? attribute.subAttributes : [elementOf(attribute)];
  return nested(conditions(attributes.map((sub) => ({ attribute: sub }))), 2);
}

const unknowns: fc.Arbitrary<Filter> = fc
  .constantFrom('nope', 'x.y', 'urn:x:y:z', '$ref')
  .map((unknown) => ({ kind: 'present', path: { unknown } }));

function conditions(paths: readonly AttributePath[]): fc.Arbitrary<Filter> {
  return fc.constantFrom(...paths).chain((path) =>
    fc.oneof(
      fc.constant<Filter>({ kind: 'present', path }),
      fc.constantFrom<CompareOperator>('eq', 'ne').map((operator): Filter => compare(path, operator, null)),
      comparisons(path),
    ),
  );
}

function comparisons(path: AttributePath): fc.Arbitrary<Filter> {
  const { attribute, subAttribute } = path;
  const leaf = subAttribute ?? (attribute?.type === 'complex' ? attribute.subAttribute('value') : attribute);
  if (leaf === undefined || leaf.type === 'complex') return fc.constant({ kind: 'present', path });
  const value = SIMPLE_VALUES[leaf.type];
  const operators = [...OPERATORS]
    .map((operator) => operator as CompareOperator)
    .filter((operator) => accepts(path, operator, value));
  return fc.tuple(fc.constantFrom(...operators), value).map(([operator, chosen]) => compare(path, operator, chosen));
}

function accepts(path: AttributePath, operator: CompareOperator, values: fc.Arbitrary<CompareValue>): boolean {
  try {
    compare(path, operator, fc.sample(values, { numRuns: 1, seed: 1 })[0] ?? null);
    return true;
  } catch {
    return false;
  }
}

function valuePaths(paths: readonly WritablePath[]): fc.Arbitrary<Filter> {
  const lists = paths.filter(({ attribute, subAttribute }) => attribute.multiValued && subAttribute === undefined);
  return fc
    .constantFrom(...lists)
    .chain((path) => elementFilters(path.attribute).map((filter): Filter => ({ kind: 'valuePath', path, filter })));
}

function nested(leaf: fc.Arbitrary<Filter>, depth: number): fc.Arbitrary<Filter> {
  if (depth === 0) return leaf;
  const inner = nested(leaf, depth - 1);
  return fc.oneof(
    { weight: 2, arbitrary: leaf },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constantFrom<'and' | 'or'>('and', 'or'),
        operands: fc.array(inner, { minLength: 2, maxLength: 3 }),
      }),
    },
    { weight: 1, arbitrary: inner.map((operand): Filter => ({ kind: 'not', operand })) },
  );
}

export interface WritablePath extends AttributePath {
  readonly attribute: Attribute;
}

/** Every attribute with its container, without sub-attributes and without what only the server writes. */
export function writable(type: ResourceType): WritablePath[] {
  return allPaths(type).filter(
    ({ attribute, subAttribute }) =>
      subAttribute === undefined && attribute.mutability !== 'readOnly' && attribute.name !== 'schemas',
  );
}

export function allPaths(type: ResourceType): WritablePath[] {
  const extensions = type.extensions.flatMap(({ urn }) =>
    type.extensionAttributes(urn).flatMap((attribute) => withSubAttributes({ extension: urn, attribute })),
  );
  return [...type.attributes.flatMap((attribute) => withSubAttributes({ attribute })), ...extensions];
}

function withSubAttributes(path: WritablePath): WritablePath[] {
  return [path, ...path.attribute.subAttributes.map((subAttribute) => ({ ...path, subAttribute }))];
}

function withoutUndefined(object: Readonly<Record<string, Json | undefined>>): JsonObject {
  return Object.fromEntries(Object.entries(object).filter((entry): entry is [string, Json] => entry[1] !== undefined));
}

/** Operations that fit the schema: right names, right types, and filters that may or may not find something. */
export function patches(type: ResourceType): fc.Arbitrary<PatchOperation[]> {
  const operation = fc.constantFrom(...writable(type)).chain(({ attribute }) => operationsOn(attribute));
  return fc.array(operation, { minLength: 1, maxLength: 5 });
}

function operationsOn(attribute: Attribute): fc.Arbitrary<PatchOperation> {
  const kinds = [wholeOperations(attribute)];
  if (attribute.multiValued) kinds.push(elementOperations(attribute));
  for (const sub of attribute.subAttributes) kinds.push(verbs(`${attribute.path}.${sub.name}`, valuesOf(sub)));
  return fc.oneof(...kinds);
}

function wholeOperations(attribute: Attribute): fc.Arbitrary<PatchOperation> {
  return verbs(attribute.path, fc.oneof(valuesOf(attribute), fc.constant(null)));
}

function elementOperations(attribute: Attribute): fc.Arbitrary<PatchOperation> {
  return elementFilters(attribute).chain((filter) => {
    const path = printFilter({ kind: 'valuePath', path: { attribute }, filter });
    const subs = attribute.subAttributes.map((sub) => verbs(`${path}.${sub.name}`, valuesOf(sub)));
    return fc.oneof(verbs(path, valuesOf({ ...attribute, multiValued: false })), ...subs);
  });
}

function verbs(path: string, values: fc.Arbitrary<Json>): fc.Arbitrary<PatchOperation> {
  return fc.oneof(
    fc.record({ op: fc.constantFrom<'add' | 'replace'>('add', 'replace'), path: fc.constant(path), value: values }),
    fc.constant<PatchOperation>({ op: 'remove', path }),
  );
}

/** Objects with real names in any case, odd names and values of any kind: what a broken client may send. */
export function messyObjects(type: ResourceType): fc.Arbitrary<JsonObject> {
  const names = [...writable(type).map(({ attribute }) => attribute.path), ...type.extensions.map(({ urn }) => urn)];
  const key = fc.oneof(
    fc.constantFrom(...names, ...names.map((name) => name.toUpperCase()), 'schemas', 'id', 'meta', 'name.givenName'),
    fc.constantFrom('__proto__', 'constructor', 'nope', 'emails[type eq "work"].value', 'emails['),
  );
  const partKey = fc.constantFrom('value', 'VALUE', 'type', 'primary', 'givenName', 'manager', '__proto__', 'x');
  const parts = fc.dictionary(partKey, fc.jsonValue({ maxDepth: 1 }), { maxKeys: 4, noNullPrototype: true });
  const value = fc.oneof(fc.jsonValue({ maxDepth: 2 }), parts, fc.array(parts, { maxLength: 3 }), words);
  return fc.dictionary(key, value, { maxKeys: 8, noNullPrototype: false }) as fc.Arbitrary<JsonObject>;
}

/** Operations with parts that are missing, mistyped or point at nothing. */
export function messyOperations(type: ResourceType): fc.Arbitrary<Json[]> {
  const names = writable(type).flatMap(({ attribute }) => [
    attribute.path,
    `${attribute.path}[type eq "work"]`,
    `${attribute.path}[value eq "a"].value`,
    `${attribute.path}[primary pr].type`,
    ...attribute.subAttributes.map(({ path }) => path),
  ]);
  const path = fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...names) }, { weight: 1, arbitrary: messyText });
  const value = fc.oneof(fc.jsonValue({ maxDepth: 2 }), words, messyObjects(type));
  const operation = fc.record(
    { op: fc.constantFrom('add', 'Replace', 'remove', 'move'), path, value },
    { requiredKeys: ['op'] },
  );
  return fc.array(operation, { maxLength: 4 }) as fc.Arbitrary<Json[]>;
}

/** Text made of the pieces that filters and paths are made of, in no order. */
export const messyText: fc.Arbitrary<string> = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        'emails',
        'userName',
        'type',
        'nope',
        'eq',
        'Eq',
        'pr',
        'and',
        'or',
        'not',
        '(',
        ')',
        '[',
        ']',
        '.',
        ':',
      ),
      fc.constantFrom('"work"', '"', '\\', '\\"', 'true', 'null', '1e9', '-0', 'urn:x:2.0:y', '__proto__', ',', "'"),
      fc.string({ maxLength: 3 }),
    ),
    { maxLength: 12 },
  )
  .chain((pieces) => fc.constantFrom(' ', '').map((separator) => pieces.join(separator)));
