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

/** A definition with every characteristic that it may leave out, for clients that look for them. */
export function spellOut({ name, type, subAttributes, ...said }: AttributeDefinition): AttributeDefinition {
  return {
    name,
    type,
    ...DEFAULTS,
    ...(type !== 'complex' && { caseExact: CASE_EXACT_TYPES.has(type) }),
    ...said,
    ...(subAttributes && { subAttributes: subAttributes.map(spellOut) }),
  };
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
  multiValued: false,
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

interface Rule {
  readonly refuses: (definition: AttributeDefinition) => boolean;
  /** Completes "attribute … ". */
  readonly message: (definition: AttributeDefinition) => string;
}

const isUnique = ({ uniqueness = 'none' }: AttributeDefinition): boolean => uniqueness !== 'none';
const partsOf = ({ subAttributes = [] }: AttributeDefinition): readonly AttributeDefinition[] => subAttributes;

/** Names are used as object members without further ado, hence none may be one that every object inherits. */
const RULES: readonly Rule[] = [
  { refuses: ({ name }) => !ATTRIBUTE_NAME.test(name), message: () => 'has a name that SCIM does not allow' },
  { refuses: ({ name }) => name in Object.prototype, message: () => 'has a name that JavaScript reserves' },
  { refuses: ({ type }) => !ATTRIBUTE_TYPES.has(type), message: ({ type }) => `has the unknown type ${type}` },
  {
    refuses: (definition) => definition.type !== 'complex' && partsOf(definition).length > 0,
    message: ({ type }) => `is ${type} with subAttributes`,
  },
  {
    refuses: (definition) => definition.type === 'complex' && partsOf(definition).length === 0,
    message: () => 'is complex without subAttributes',
  },
  {
    refuses: (definition) => definition.type === 'complex' && isUnique(definition),
    message: () => 'is complex and cannot be unique: its sub-attributes can',
  },
  {
    refuses: ({ mutability, returned }) => mutability === 'writeOnly' && returned !== 'never',
    message: () => 'is writeOnly, so returned must be never',
  },
  {
    // It is not kept either: nothing is there to compare with, or to make up for what a PATCH leaves out.
    refuses: (definition) =>
      definition.returned === 'never' &&
      (definition.required === true || isUnique(definition) || definition.mutability === 'immutable'),
    message: () => 'is never returned, so it cannot be required, unique or immutable',
  },
];

function checkDefinition(definition: AttributeDefinition, path: string): void {
  const rule = RULES.find(({ refuses }) => refuses(definition));
  if (rule) throw new TypeError(`attribute ${path} ${rule.message(definition)}`);
  const nested = partsOf(definition).find(({ type }) => type === 'complex');
  if (nested) throw new TypeError(`attribute ${path}.${nested.name} is complex within a complex attribute`);
}
