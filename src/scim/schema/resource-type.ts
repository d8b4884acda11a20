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
  /** @throws ScimError invalidValue for the first fault of a normalised resource */
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
  const base = schemaOf(definition, definition.schema, findSchema);
  const attributes = createAttributes([...commonAttributes, ...base.attributes], '');
  const extensions = (definition.schemaExtensions ?? []).map(({ schema, required }) => {
    const { id, attributes } = schemaOf(definition, schema, findSchema);
    return { urn: id, required, attributes: createAttributes(attributes, `${id}:`) };
  });
  const paths = new Map<string, AttributePath>();
  for (const prefix of ['', `${base.id}:`]) addPaths(paths, prefix, attributes, {});
  for (const { urn, attributes } of extensions) {
    paths.set(urn.toLowerCase(), { extension: urn });
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
    const name = `${prefix}${attribute.name}`.toLowerCase();
    paths.set(name, { ...container, attribute });
    for (const subAttribute of attribute.subAttributes) {
      paths.set(`${name}.${subAttribute.name.toLowerCase()}`, { ...container, attribute, subAttribute });
    }
  }
}

function schemaOf(type: ResourceTypeDefinition, urn: string, findSchema: FindSchema): SchemaDefinition {
  const schema = findSchema(urn);
  if (schema === undefined) throw new TypeError(`resource type ${type.name} names the unknown schema ${urn}`);
  if (!/^urn:/i.test(schema.id)) throw new TypeError(`schema ${schema.id} needs a URN for its id`);
  return schema;
}
