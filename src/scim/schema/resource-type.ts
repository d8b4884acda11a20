/** What a resource of one type is made of, and what a name in a request about it means (RFC 7643 §6, RFC 7644 §3.10). */
import type { JsonObject } from '../json.ts';
import { createAttributes, type Attribute } from './attribute.ts';
import type { AttributeDefinition, ResourceTypeDefinition, SchemaDefinition } from './definition.ts';
import { createValidator } from './validate.ts';

/** What an attribute name means. */
export interface AttributePath {
  /** URN of the schema extension that holds the attribute. */
  readonly extension?: string;
  /** Absent: the path is the extension object itself. */
  readonly attribute?: Attribute;
  readonly subAttribute?: Attribute;
  /** The name as the client wrote it, where the schemas have no such name; only filters hold such paths. */
  readonly unknown?: string;
}

export interface ResourceType {
  readonly name: string;
  readonly endpoint: string;
  readonly description: string;
  readonly definition: ResourceTypeDefinition;
  /** URN of the base schema. */
  readonly schema: string;
  readonly extensions: readonly Extension[];
  /** Common attributes first, then those of the base schema. */
  readonly attributes: readonly Attribute[];
  /** Attributes of one extension, by its URN in any case; empty for an extension this type does not have. */
  extensionAttributes(urn: string): readonly Attribute[];
  /**
   * Resolves `userName`, `Name.GivenName`, `urn:…:User:name.givenName`, `urn:…:enterprise:2.0:User:manager.value` or an
   * extension URN alone, in any case.
   */
  resolve(text: string): AttributePath | undefined;
  /** @throws ScimError invalidValue naming the faults of a normalised resource */
  validate(resource: JsonObject): void;
}

export interface Extension {
  readonly urn: string;
  readonly required: boolean;
}

type FindSchema = (urn: string) => SchemaDefinition | undefined;

/** @throws TypeError naming what is wrong in the data */
export function createResourceType(
  definition: ResourceTypeDefinition,
  commonAttributes: readonly AttributeDefinition[],
  findSchema: FindSchema,
): ResourceType {
  checkDefinition(definition);
  const base = schemaOf(definition, definition.schema, findSchema);
  const attributes = attributesOf(base, '', commonAttributes);
  const extensions = (definition.schemaExtensions ?? []).map(({ schema, required = false }) => {
    const found = schemaOf(definition, schema, findSchema);
    return { urn: found.id, required, attributes: attributesOf(found, `${found.id}:`) };
  });
  const paths = new Map<string, AttributePath>();
  for (const prefix of ['', `${base.id}:`]) addPaths(paths, prefix, attributes, {});
  for (const { urn, attributes } of extensions) {
    addPath(paths, urn, { extension: urn });
    addPaths(paths, `${urn}:`, attributes, { extension: urn });
  }
  return {
    name: definition.name,
    endpoint: definition.endpoint,
    description: definition.description ?? '',
    definition,
    schema: base.id,
    extensions: extensions.map(({ urn, required }) => ({ urn, required })),
    attributes,
    extensionAttributes: (urn) =>
      extensions.find((extension) => extension.urn.toLowerCase() === urn.toLowerCase())?.attributes ?? [],
    resolve: (text) => paths.get(text.toLowerCase()),
    validate: createValidator(attributes, extensions),
  };
}

/** Every name a client can write, resolved beforehand: a look-up in a Map has no prototype to fall through to. */
function addPaths(
  paths: Map<string, AttributePath>,
  prefix: string,
  attributes: readonly Attribute[],
  container: AttributePath,
): void {
  for (const attribute of attributes) {
    const name = `${prefix}${attribute.name}`;
    addPath(paths, name, { ...container, attribute });
    for (const subAttribute of attribute.subAttributes) {
      addPath(paths, `${name}.${subAttribute.name}`, { ...container, attribute, subAttribute });
    }
  }
}

/** A schema that is named twice, or whose URN goes on where that of another ends, makes a name mean two things. */
function addPath(paths: Map<string, AttributePath>, name: string, path: AttributePath): void {
  if (paths.has(name.toLowerCase())) throw new TypeError(`${name} means two things`);
  paths.set(name.toLowerCase(), path);
}

const TYPE_NAME = /^[A-Za-z][\w-]*$/;
const ENDPOINT = /^\/[\w-]+$/;

/** What this server or RFC 7644 §3.2 has there already; `/.search` is no ENDPOINT. */
const RESERVED: ReadonlySet<string> = new Set(['/bulk', '/me', '/schemas', '/resourcetypes', '/serviceproviderconfig']);

function checkDefinition({ name, endpoint }: ResourceTypeDefinition): void {
  if (!TYPE_NAME.test(name) || name in Object.prototype)
    throw new TypeError(`resource type ${name} needs a name of letters, digits, - and _ that begins with a letter`);
  if (!ENDPOINT.test(endpoint))
    throw new TypeError(`endpoint ${endpoint} of resource type ${name} must be / and letters, digits, - and _`);
  if (RESERVED.has(endpoint.toLowerCase()))
    throw new TypeError(`endpoint ${endpoint} of resource type ${name} is reserved: choose another`);
}

function schemaOf(type: ResourceTypeDefinition, urn: string, findSchema: FindSchema): SchemaDefinition {
  const schema = findSchema(urn);
  if (schema === undefined) throw new TypeError(`resource type ${type.name} names the unknown schema ${urn}`);
  return schema;
}

/** RFC 8141 §2, without what ends a name in a filter or in a list of attributes. */
export const isUrn = (id: string): boolean => /^urn:[a-z0-9][a-z0-9-]{0,31}:[^\s()[\]",]+$/i.test(id);

function attributesOf(
  { id, attributes }: SchemaDefinition,
  prefix: string,
  common: readonly AttributeDefinition[] = [],
): readonly Attribute[] {
  if (!isUrn(id)) throw new TypeError(`schema ${id} needs a URN for its id`);
  try {
    return createAttributes([...common, ...attributes], prefix);
  } catch (error) {
    throw error instanceof TypeError ? new TypeError(`schema ${id}: ${error.message}`, { cause: error }) : error;
  }
}
