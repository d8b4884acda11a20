/** Whether a resource has the types and the required attributes of its schemas (RFC 7643 §2.2, §2.3). */
import { Ajv, type DefinedError, type Options } from 'ajv';
import { isDateTime } from '../date-time.ts';
import { invalidValue } from '../errors.ts';
import { isObject, isText, kindOf, UNSTORABLE, type Json, type JsonObject } from '../json.ts';
import type { Attribute } from './attribute.ts';
import { TYPES, type SimpleType } from './types.ts';

type JsonSchema = Readonly<Record<string, unknown>>;

interface ExtensionAttributes {
  readonly urn: string;
  readonly required: boolean;
  readonly attributes: readonly Attribute[];
}

/**
 * Compiles the check for one resource type. It expects a normalised resource and changes nothing.
 *
 * Types only: canonicalValues are suggestions (RFC 7643 §7), and formats of phones, URLs or countries are the client's
 * business, because a refused user is worse than an odd telephone number.
 */
export function createValidator(
  attributes: readonly Attribute[],
  extensions: readonly ExtensionAttributes[],
): (resource: JsonObject) => void {
  const schema = resourceSchema(attributes, extensions);
  // An Ajv keeps what it compiled: the first resource pays for it, and the first that is wrong for the second one.
  const [ajv, thorough] = [newAjv(), newAjv({ allErrors: true })];
  return (resource) => {
    if (ajv.validate(schema, resource)) return;
    const [first] = faultsOf(ajv.errors);
    const all = thorough.validate(schema, shorten(resource)) ? [] : faultsOf(thorough.errors);
    throw invalidValue(listFaults(all.length > 0 ? all : [first ?? '']));
  };
}

/** `ownProperties`: a required attribute must be the resource's own, not one that every object inherits. */
function newAjv(options: Options = {}): Ajv {
  const ajv = new Ajv({ strict: true, ownProperties: true, verbose: true, ...options });
  ajv.addFormat('dateTime', isDateTime);
  ajv.addFormat('text', isText);
  return ajv;
}

// Ajv's own keywords are used alone.
const faultsOf = (errors: unknown): readonly string[] => (errors as DefinedError[]).map(describe);

/** A body of 1 MB has room for half a million faults; finding them all took 1.2 s and 270 MB. */
const MAX_ELEMENTS = 100;
/** Resource, extension, attribute, element, sub-attribute: what lies deeper is no attribute, and may be nested without end. */
const MAX_DEPTH = 6;

function shorten<T extends Json>(value: T, depth?: number): T;
function shorten(value: Json, depth = MAX_DEPTH): Json {
  if (depth === 0) return value;
  if (Array.isArray(value)) return value.slice(0, MAX_ELEMENTS).map((element) => shorten(element, depth - 1));
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, shorten(member, depth - 1)]));
}

function resourceSchema(attributes: readonly Attribute[], extensions: readonly ExtensionAttributes[]): JsonSchema {
  const base = objectSchema(attributes);
  const extensionSchemas = extensions.map(({ urn, attributes }) => [urn, objectSchema(attributes)] as const);
  const requiredUrns = extensions.filter(({ required }) => required).map(({ urn }) => urn);
  return {
    ...base,
    properties: { ...base.properties, ...Object.fromEntries(extensionSchemas) },
    required: [...base.required, ...requiredUrns],
  };
}

/** A readOnly attribute is for the server to fill in, so that a client's resource cannot lack it. */
function objectSchema(attributes: readonly Attribute[]) {
  const properties = attributes.map((attribute) => [attribute.name, attributeSchema(attribute)] as const);
  const required = attributes.filter((attribute) => attribute.required && attribute.mutability !== 'readOnly');
  return {
    type: 'object',
    description: 'an object',
    properties: Object.fromEntries<JsonSchema>(properties),
    required: required.map(({ name }) => name),
  };
}

function attributeSchema(attribute: Attribute): JsonSchema {
  const value =
    attribute.type === 'complex' ? objectSchema(attribute.subAttributes) : simpleSchema(attribute, attribute.type);
  return attribute.multiValued ? { type: 'array', description: 'an array', items: value } : value;
}

/** "Each User MUST include a non-empty userName" (RFC 7643 §4.1.1) goes for whatever string is required. */
function simpleSchema(attribute: Attribute, type: SimpleType): JsonSchema {
  const { jsonSchema, expected } = TYPES[type];
  const notBlank = attribute.required && type === 'string' ? { pattern: '\\S' } : {};
  return { ...jsonSchema, ...notBlank, description: expected };
}

/** More would bury what a client engineer needs. */
const MAX_FAULTS = 10;

function listFaults(faults: readonly string[]): string {
  const more = faults.length - MAX_FAULTS;
  const listed = faults.slice(0, MAX_FAULTS).join('; ');
  return more > 0 ? `${listed}; and ${more} more` : listed;
}

/** The schema's description completes "must be …". What came is told by its kind only: the value may be a password. */
function describe(error: DefinedError): string {
  const path = attributePath(error.instancePath);
  if (error.keyword === 'format' && error.params.format === 'text') return `${path} ${UNSTORABLE}`;
  switch (error.keyword) {
    case 'required':
      return `${attributePath(`${error.instancePath}/${error.params.missingProperty}`)} is required`;
    case 'pattern':
      return `${path} must not be blank`;
    default:
      return `${path} must be ${String(error.parentSchema?.['description'])}, not ${kindOf(error.data)}`;
  }
}

/** `/emails/0/value` as `emails[0].value`, `/urn:…:User/manager` as `urn:…:User:manager`. */
function attributePath(instancePath: string): string {
  const [first = 'the resource', ...rest] = instancePath.split('/').slice(1);
  const container = /^urn:/i.test(first) ? ':' : '.';
  return rest.reduce((path, segment, index) => path + joint(segment, index === 0 ? container : '.'), first);
}

function joint(segment: string, separator: string): string {
  return /^\d+$/.test(segment) ? `[${segment}]` : separator + segment;
}
