/** What is wrong in the files of SCHEMAS_DIR when they are held against each other and against what this service has. */
import { faultIn, type DeploymentSchemas, type Found, type SearchedAttribute } from './deployment-schemas.ts';
import { compileMemberships, type MembershipDefinition } from './operations/memberships.ts';
import { createAttribute, createAttributes } from './scim/schema/attribute.ts';
import type { ResourceTypeDefinition, SchemaDefinition } from './scim/schema/definition.ts';
import type { Registry, RegistrySource } from './scim/schema/registry.ts';
import { createResourceType, isUrn } from './scim/schema/resource-type.ts';

type Faults = readonly string[];

/** Faults of schemas and resource types. Those that only follow from others are left out. */
export function definitionFaults(own: RegistrySource, deployment: DeploymentSchemas): Faults {
  const { schemas, resourceTypes } = deployment;
  const faults = [
    ...schemas.flatMap(schemaFaults),
    ...twice(schemas, own.schemas, 'schema', ({ id }) => id.toLowerCase()),
  ];
  if (faults.length > 0 || deployment.faults.length > 0) return faults;
  const isKnown = ({ name }: ResourceTypeDefinition): boolean => own.resourceTypes.some((type) => type.name === name);
  const added = resourceTypes.filter(({ value }) => !isKnown(value));
  return [
    ...resourceTypes.flatMap((type) => typeFaults(own, deployment, type)),
    ...twice(added, own.resourceTypes, 'resource type', ({ name }) => name.toLowerCase()),
    ...twice(added, own.resourceTypes, 'endpoint', ({ endpoint }) => endpoint.toLowerCase()),
  ];
}

function schemaFaults({ file, value: { id, attributes } }: Found<SchemaDefinition>): Faults {
  const faults = [
    ...(isUrn(id) ? [] : [`needs a URN for its id, such as urn:example:params:scim:schemas:Device`]),
    ...attributes.flatMap((attribute) => faultsOf(() => createAttribute(attribute, ''))),
  ];
  const all = faults.length > 0 ? faults : faultsOf(() => createAttributes(attributes, ''));
  return all.map((fault) => faultIn(file, `schema ${id}: ${fault}`));
}

/** A namesake of a type of this service may add extensions to it, and nothing else. */
function typeFaults(own: RegistrySource, deployment: DeploymentSchemas, found: Found<ResourceTypeDefinition>): Faults {
  const { file, value } = found;
  const known = own.resourceTypes.find(({ name }) => name === value.name);
  const changed = known ? (['endpoint', 'schema'] as const).filter((member) => known[member] !== value[member]) : [];
  if (known && changed.length > 0)
    return changed.map((member) =>
      faultIn(
        file,
        `resource type ${value.name}: ${member} must stay ${known[member]}, only schemaExtensions are added`,
      ),
    );
  const schemas = [...own.schemas, ...deployment.schemas.map((schema) => schema.value)];
  const find = (urn: string) => schemas.find(({ id }) => id.toLowerCase() === urn.toLowerCase());
  const whole = known
    ? { ...known, schemaExtensions: [...(known.schemaExtensions ?? []), ...(value.schemaExtensions ?? [])] }
    : value;
  return faultsOf(() => createResourceType(whole, own.commonAttributes, find)).map((fault) => faultIn(file, fault));
}

function twice<T>(found: readonly Found<T>[], own: readonly T[], what: string, keyOf: (item: T) => string): Faults {
  const files = new Map<string, string>(own.map((item) => [keyOf(item), 'this service']));
  return found.flatMap(({ file, value }) => {
    const key = keyOf(value);
    const before = files.get(key);
    files.set(key, before ?? file);
    return before === undefined ? [] : [faultIn(file, `${what} ${key} is defined by ${before} already`)];
  });
}

/** Faults of what is searched and of membership lists, which name attributes of the types. */
export function modelFaults(
  registry: Registry,
  own: readonly MembershipDefinition[],
  { searched, memberships }: DeploymentSchemas,
): Faults {
  const lists = [...own, ...memberships.map(({ value }) => value)];
  return [
    ...memberships.flatMap((found) => membershipFaults(registry, found)),
    ...twice(memberships, own, 'membership list', ({ resourceType, attribute }) => `${resourceType}.${attribute}`),
    ...searched.flatMap((found) => indexFaults(registry, lists, found)),
  ];
}

function membershipFaults(registry: Registry, { file, value }: Found<MembershipDefinition>): Faults {
  const faults = faultsOf(() => compileMemberships(registry, [value]));
  const name = `${value.resourceType}.${value.attribute}`;
  const attribute = registry.resourceType(value.resourceType)?.resolve(value.attribute)?.attribute;
  if (faults.length === 0 && attribute) {
    const unique = attribute.subAttributes.find(({ uniqueness }) => uniqueness !== 'none');
    return [
      ...(attribute.mutability === 'readOnly' ? [`membership list ${name} must not be readOnly`] : []),
      ...(attribute.returned === 'never' ? [`membership list ${name} must be returned`] : []),
      ...(unique ? [`${unique.path} cannot be unique: ${name} is a membership list`] : []),
    ].map((fault) => faultIn(file, fault));
  }
  return faults.map((fault) => faultIn(file, fault));
}

function indexFaults(
  registry: Registry,
  lists: readonly MembershipDefinition[],
  { file, value: { resourceType, path } }: Found<SearchedAttribute>,
): Faults {
  const type = registry.resourceType(resourceType);
  if (!type) return [faultIn(file, `there is no resource type ${resourceType}`)];
  const { attribute, subAttribute } = type.resolve(path) ?? {};
  const leaf = subAttribute ?? attribute;
  if (!attribute || !leaf) return [faultIn(file, `${resourceType} has no attribute ${path}`)];
  const isList = lists.some((list) => list.resourceType === resourceType && list.attribute === attribute.path);
  const reasons: readonly (readonly [boolean, string])[] = [
    [leaf.type === 'complex', 'is complex: name one of its sub-attributes'],
    [[attribute, leaf].some(({ returned }) => returned === 'never'), 'is never returned and cannot be searched'],
    [isList, 'belongs to a membership list, which is found without an index'],
  ];
  return reasons.flatMap(([is, reason]) => (is ? [faultIn(file, `${resourceType} ${path} ${reason}`)] : []));
}

function faultsOf(make: () => unknown): Faults {
  try {
    make();
    return [];
  } catch (error) {
    if (error instanceof TypeError) return [error.message];
    throw error;
  }
}
