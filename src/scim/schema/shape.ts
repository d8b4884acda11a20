/** Whether JSON has the shape of a Schema or of a ResourceType (RFC 7643 §6, §7): which members it has, and of which kind. */
import { Ajv, type DefinedError } from 'ajv';
import { isObject, kindOf, type Json } from '../json.ts';
import type { ResourceTypeDefinition, SchemaDefinition } from './definition.ts';

const text = { type: 'string', description: 'a string' };
const flag = { type: 'boolean', description: 'true or false' };
const texts = { type: 'array', items: text, description: 'an array' };
/** What a message may hold besides; this service says both itself. */
const message = { schemas: texts, meta: { type: 'object', description: 'an object' } };

const attributeMembers = {
  name: text,
  type: { enum: ['string', 'boolean', 'decimal', 'integer', 'dateTime', 'reference', 'binary', 'complex'] },
  multiValued: flag,
  description: text,
  required: flag,
  canonicalValues: texts,
  caseExact: flag,
  mutability: { enum: ['readOnly', 'readWrite', 'immutable', 'writeOnly'] },
  returned: { enum: ['always', 'never', 'default', 'request'] },
  uniqueness: { enum: ['none', 'server', 'global'] },
  referenceTypes: texts,
  subAttributes: { type: 'array', items: { $ref: 'attribute' }, description: 'an array' },
};

const objectOf = (properties: Readonly<Record<string, unknown>>, required: readonly string[]) => ({
  type: 'object',
  description: 'an object',
  properties,
  required,
  additionalProperties: false,
});

const ajv = new Ajv({ strict: true, allErrors: true, ownProperties: true, verbose: true });
ajv.addSchema(objectOf(attributeMembers, ['name', 'type']), 'attribute');

const attributes = { type: 'array', items: { $ref: 'attribute' }, description: 'an array' };
const isSchema = ajv.compile<SchemaDefinition>(
  objectOf({ ...message, id: text, name: text, description: text, attributes }, ['id', 'name', 'attributes']),
);

const extension = objectOf({ schema: text, required: flag }, ['schema']);
const schemaExtensions = { type: 'array', items: extension, description: 'an array' };
const isResourceType = ajv.compile<ResourceTypeDefinition>(
  objectOf({ ...message, id: text, name: text, description: text, endpoint: text, schema: text, schemaExtensions }, [
    'name',
    'endpoint',
    'schema',
  ]),
);

/** @returns what to change; empty for a Schema, whose values may still be wrong */
export const schemaShapeFaults = (value: Json): readonly string[] =>
  isSchema(value) ? [] : describeAll(value, isSchema.errors);

export const resourceTypeShapeFaults = (value: Json): readonly string[] =>
  isResourceType(value) ? [] : describeAll(value, isResourceType.errors);

// Ajv's own keywords are used alone.
const describeAll = (value: Json, errors: unknown): readonly string[] =>
  (errors as DefinedError[]).map((error) => describe(value, error));

function describe(value: Json, error: DefinedError): string {
  const { owners, member } = locate(value, error.instancePath.split('/').slice(1));
  const said = fault(member, error);
  return owners.length === 0 ? said : `attribute ${owners.join('.')}: ${said}`;
}

function fault(member: string, error: DefinedError): string {
  const within = member === 'it' ? '' : `${member}.`;
  switch (error.keyword) {
    case 'required':
      return `${within}${error.params.missingProperty} is missing`;
    case 'additionalProperties':
      return `${within}${error.params.additionalProperty} is unknown: use ${membersOf(error.parentSchema)}`;
    case 'enum':
      return `${member} must be one of ${error.params.allowedValues.join(', ')}, not ${JSON.stringify(error.data)}`;
    default:
      return `${member} must be ${String(error.parentSchema?.['description'])}, not ${kindOf(error.data)}`;
  }
}

const membersOf = (schema: DefinedError['parentSchema']): string =>
  Object.keys((schema?.['properties'] ?? {}) as object).join(', ');

interface Place {
  /** Names of the attribute and of those around it, the outermost first. */
  readonly owners: readonly string[];
  readonly member: string;
}

/** `/attributes/2/subAttributes/0/type` is the `type` of `emails.display`. */
function locate(value: Json | undefined, segments: readonly string[]): Place {
  const [list, index, ...rest] = segments;
  if (list === undefined) return { owners: [], member: 'it' };
  if (index === undefined || !LISTS.has(list)) return { owners: [], member: textOf(segments) };
  const element = memberAt(memberAt(value, list), index);
  const { owners, member } = locate(element, rest);
  return { owners: [nameOf(element, index), ...owners], member };
}

const LISTS: ReadonlySet<string> = new Set(['attributes', 'subAttributes']);

const textOf = (segments: readonly string[]): string =>
  segments.map((segment, at) => (/^\d+$/.test(segment) ? `[${segment}]` : at === 0 ? segment : `.${segment}`)).join('');

const memberAt = (value: Json | undefined, segment: string): Json | undefined => {
  if (Array.isArray(value)) return value[Number(segment)];
  return isObject(value) ? value[segment] : undefined;
};

const nameOf = (value: Json | undefined, index: string): string =>
  isObject(value) && typeof value['name'] === 'string' ? value['name'] : `[${index}]`;
