/** What the files of SCHEMAS_DIR hold: schemas, resource types, indexes and membership lists, and which of them cannot be read. */
import { basename } from 'node:path';
import type { MembershipDefinition } from './operations/memberships.ts';
import { readJsonFiles, type JsonFile } from './schema-files.ts';
import { isObject, kindOf, type Json, type JsonObject } from './scim/json.ts';
import { spellOut } from './scim/schema/attribute.ts';
import type { ResourceTypeDefinition, SchemaDefinition } from './scim/schema/definition.ts';
import { resourceTypeShapeFaults, schemaShapeFaults } from './scim/schema/shape.ts';

/** Something with the file it stands in. */
export interface Found<T> {
  readonly file: string;
  readonly value: T;
}

/** An attribute that is searched, by the name of a resource type. */
export interface SearchedAttribute {
  readonly resourceType: string;
  readonly path: string;
}

export interface DeploymentSchemas {
  readonly schemas: readonly Found<SchemaDefinition>[];
  readonly resourceTypes: readonly Found<ResourceTypeDefinition>[];
  readonly searched: readonly Found<SearchedAttribute>[];
  readonly memberships: readonly Found<MembershipDefinition>[];
  readonly faults: readonly string[];
}

const NOTHING: DeploymentSchemas = { schemas: [], resourceTypes: [], searched: [], memberships: [], faults: [] };

/** How a fault is told: by the file, then what is wrong there. */
export const faultIn = (file: string, text: string): string => `SCHEMAS_DIR ${file}: ${text}`;

export function readDeploymentSchemas(folder: string | undefined): DeploymentSchemas {
  if (folder === undefined) return NOTHING;
  try {
    return readJsonFiles(folder).map(readFile).reduce(join, NOTHING);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { ...NOTHING, faults: [faultIn(folder, `cannot be read as a folder: ${reason}`)] };
  }
}

const join = (one: DeploymentSchemas, other: DeploymentSchemas): DeploymentSchemas => ({
  schemas: [...one.schemas, ...other.schemas],
  resourceTypes: [...one.resourceTypes, ...other.resourceTypes],
  searched: [...one.searched, ...other.searched],
  memberships: [...one.memberships, ...other.memberships],
  faults: [...one.faults, ...other.faults],
});

type Read = (file: string, value: Json) => DeploymentSchemas;

function readFile(file: JsonFile): DeploymentSchemas {
  if (file.fault !== undefined) return refuse(file.path, `cannot be read as JSON: ${file.fault}`);
  const read = BY_NAME[basename(file.path)] ?? readDefinitions;
  // JSON.parse made it.
  return read(file.path, file.value as Json);
}

const BY_NAME: Readonly<Record<string, Read>> = { 'indexes.json': readIndexes, 'memberships.json': readMemberships };

const refuse = (file: string, ...texts: readonly string[]): DeploymentSchemas => ({
  ...NOTHING,
  faults: texts.map((text) => faultIn(file, text)),
});

function readDefinitions(file: string, value: Json): DeploymentSchemas {
  const items = Array.isArray(value) ? value : [value];
  return items.map((item) => readDefinition(file, item)).reduce(join, NOTHING);
}

function readDefinition(file: string, value: Json): DeploymentSchemas {
  if (isObject(value) && 'attributes' in value) return readSchema(file, value);
  if (isObject(value) && 'endpoint' in value) return readResourceType(file, value);
  return refuse(file, 'holds neither a Schema (it has attributes) nor a ResourceType (it has an endpoint)');
}

function readSchema(file: string, value: JsonObject): DeploymentSchemas {
  const faults = schemaShapeFaults(value);
  if (faults.length > 0) return refuse(file, ...faults.map((fault) => `schema ${nameOf(value, 'id')}: ${fault}`));
  // Its shape was checked.
  const schema = value as unknown as SchemaDefinition;
  return { ...NOTHING, schemas: [{ file, value: { ...schema, attributes: schema.attributes.map(spellOut) } }] };
}

function readResourceType(file: string, value: JsonObject): DeploymentSchemas {
  const faults = resourceTypeShapeFaults(value);
  if (faults.length > 0)
    return refuse(file, ...faults.map((fault) => `resource type ${nameOf(value, 'name')}: ${fault}`));
  // Its shape was checked.
  return { ...NOTHING, resourceTypes: [{ file, value: value as unknown as ResourceTypeDefinition }] };
}

const nameOf = (value: JsonObject, member: string): string =>
  typeof value[member] === 'string' ? value[member] : `without ${member}`;

function readIndexes(file: string, value: Json): DeploymentSchemas {
  if (!isObject(value)) return refuse(file, `must be an object such as {"User": ["title"]}, not ${kindOf(value)}`);
  return Object.entries(value)
    .map(([resourceType, paths]) => readPaths(file, resourceType, paths))
    .reduce(join, NOTHING);
}

function readPaths(file: string, resourceType: string, paths: Json): DeploymentSchemas {
  if (!isTexts(paths)) return refuse(file, `${resourceType} must be an array of attribute paths`);
  return { ...NOTHING, searched: paths.map((path) => ({ file, value: { resourceType, path } })) };
}

function readMemberships(file: string, value: Json): DeploymentSchemas {
  if (!Array.isArray(value)) return refuse(file, `must be an array of membership lists, not ${kindOf(value)}`);
  return value.map((item, index) => readMembership(file, item, index)).reduce(join, NOTHING);
}

function readMembership(file: string, value: Json, index: number): DeploymentSchemas {
  if (!isMembership(value))
    return refuse(
      file,
      `[${index}] must be an object with the strings resourceType and attribute, and shownAs, if any, an object of attribute names by resource type`,
    );
  return { ...NOTHING, memberships: [{ file, value }] };
}

const MEMBERSHIP_MEMBERS: ReadonlySet<string> = new Set(['resourceType', 'attribute', 'shownAs']);

function isMembership(value: Json): value is JsonObject & MembershipDefinition {
  if (!isObject(value) || Object.keys(value).some((member) => !MEMBERSHIP_MEMBERS.has(member))) return false;
  const { resourceType, attribute, shownAs = {} } = value;
  return isTexts([resourceType, attribute]) && isObject(shownAs) && isTexts(Object.values(shownAs));
}

const isTexts = (value: Json | undefined | readonly unknown[]): value is string[] =>
  Array.isArray(value) && value.every((item) => typeof item === 'string');
