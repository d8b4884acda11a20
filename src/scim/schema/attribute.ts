/** One attribute with every characteristic spelled out (RFC 7643 §2.2, §7). */
import type { AttributeDefinition, AttributeType, Mutability, Returned, Uniqueness } from './definition.ts';

export interface Attribute {
  readonly name: string;
  /** Canonical and complete: `name.givenName`, `urn:…:enterprise:2.0:User:manager.value`. */
  readonly path: string;
  readonly type: AttributeType;
  readonly multiValued: boolean;
  readonly required: boolean;
  readonly caseExact: boolean;
  readonly mutability: Mutability;
  readonly returned: Returned;
  readonly uniqueness: Uniqueness;
  readonly canonicalValues?: readonly string[];
  readonly referenceTypes?: readonly string[];
  readonly subAttributes: readonly Attribute[];
  /** Case-insensitive. */
  subAttribute(name: string): Attribute | undefined;
}

/**
 * @param prefix what comes before the name in the path: empty, `name.`, or `urn:…:User:`
 * @throws TypeError naming what is wrong with the definition
 */
export function createAttribute(definition: AttributeDefinition, prefix: string): Attribute {
  const path = prefix + definition.name;
  checkDefinition(definition, path);
  const subAttributes = createAttributes(definition.subAttributes ?? [], `${path}.`);
  const byName = new Map(subAttributes.map((attribute) => [attribute.name.toLowerCase(), attribute]));
  return {
    ...DEFAULTS,
    caseExact: CASE_EXACT_TYPES.has(definition.type),
    ...definition,
    path,
    subAttributes,
    subAttribute: (name) => byName.get(name.toLowerCase()),
  };
}

/** @throws TypeError also when two have the same name */
export function createAttributes(definitions: readonly AttributeDefinition[], prefix: string): readonly Attribute[] {
  const attributes = definitions.map((definition) => createAttribute(definition, prefix));
  const names = new Set<string>();
  for (const { name, path } of attributes) {
    if (names.has(name.toLowerCase())) throw new TypeError(`attribute ${path} is defined twice`);
    names.add(name.toLowerCase());
  }
  return attributes;
}

/** The element of a multi-valued string, number or the like, which filters call `value` (RFC 7644 §3.4.2.2). */
export function elementOf(attribute: Attribute): Attribute {
  return { ...attribute, name: 'value', multiValued: false };
}

/** Whether elements of a multi-valued attribute point at other resources, as group members do. */
export function isReferenceList(attribute: Attribute): boolean {
  return attribute.multiValued && attribute.subAttribute('$ref') !== undefined;
}

const DEFAULTS = {
  required: false,
  mutability: 'readWrite',
  returned: 'default',
  uniqueness: 'none',
} as const;

/** RFC 7643 §2.3.6 and §2.3.7; a schema that says otherwise wins, as the core schema does for `profileUrl`. */
const CASE_EXACT_TYPES: ReadonlySet<AttributeType> = new Set(['binary', 'reference']);

const ATTRIBUTE_TYPES: ReadonlySet<string> = new Set<AttributeType>([
  'string',
  'boolean',
  'decimal',
  'integer',
  'dateTime',
  'reference',
  'binary',
  'complex',
]);

/** ATTRNAME of RFC 7643 §2.1; `$ref` is the one name of the RFC that its own grammar does not have. */
const ATTRIBUTE_NAME = /^(?:\$ref|[A-Za-z][\w-]*)$/;

/** Names are used as object members without further ado, hence none may be one that every object inherits. */
function checkDefinition(definition: AttributeDefinition, path: string): void {
  const { name, type, subAttributes = [] } = definition;
  if (!ATTRIBUTE_NAME.test(name)) throw new TypeError(`attribute ${path} has a name that SCIM does not allow`);
  if (name in Object.prototype) throw new TypeError(`attribute ${path} has a name that JavaScript reserves`);
  if (!ATTRIBUTE_TYPES.has(type)) throw new TypeError(`attribute ${path} has the unknown type ${type}`);
  const hasParts = subAttributes.length > 0;
  if (type !== 'complex' && hasParts) throw new TypeError(`attribute ${path} is ${type} with subAttributes`);
  if (type === 'complex' && !hasParts) throw new TypeError(`attribute ${path} is complex without subAttributes`);
  const nested = subAttributes.find((subAttribute) => subAttribute.type === 'complex');
  if (nested) throw new TypeError(`attribute ${path}.${nested.name} is complex within a complex attribute`);
}
