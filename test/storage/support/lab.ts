/** A store with resources of three types, one of them with an attribute of every kind, and the same resources in memory. */
import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { openStore } from '../../../src/database.ts';
import { derive } from '../../../src/operations/derive.ts';
import { compileMemberships, type MembershipDefinition } from '../../../src/operations/memberships.ts';
import { compileIndexes } from '../../../src/operations/resource-keys.ts';
import { parseStored, resourceMessage, toStored } from '../../../src/operations/stored-resource.ts';
import { storeModel } from '../../../src/parts.ts';
import { readSchemaFile } from '../../../src/schema-files.ts';
import { allowEqualGroupNames } from '../../../src/scim-schemas.ts';
import type { Json, JsonObject } from '../../../src/scim/json.ts';
import { normaliseResource } from '../../../src/scim/normalise.ts';
import type { SchemaDefinition } from '../../../src/scim/schema/definition.ts';
import { createRegistry } from '../../../src/scim/schema/registry.ts';
import type { ResourceType } from '../../../src/scim/schema/resource-type.ts';
import type { Store } from '../../../src/storage/store.ts';
import { valuesOf, writable } from '../../scim/support/arbitraries.ts';
import { attribute, published } from '../../scim/support/registries.ts';
import type { Engine } from '../../support/engines.ts';

const KINDS = ['string', 'reference', 'binary', 'boolean', 'decimal', 'integer', 'dateTime'] as const;
const parts = [
  ...KINDS.map((kind) => attribute(kind, kind)),
  attribute('exact', 'string', { caseExact: true }),
  attribute('labels', 'integer', { multiValued: true }),
];

const lab: SchemaDefinition = {
  id: 'urn:example:lab',
  name: 'Lab',
  attributes: [
    ...KINDS.map((kind) => attribute(kind, kind)),
    ...KINDS.map((kind) => attribute(`${kind}s`, kind, { multiValued: true })),
    attribute('displayName', 'string'),
    attribute('serial', 'string'),
    attribute('exact', 'string', { caseExact: true }),
    attribute('one', 'complex', { subAttributes: parts }),
    attribute('many', 'complex', {
      multiValued: true,
      subAttributes: [...parts, attribute('primary', 'boolean'), attribute('value', 'decimal')],
    }),
  ],
};
const extension: SchemaDefinition = { ...lab, id: 'urn:example:lab-extension', name: 'LabExtension' };

/** Its groups have names that come up again and again. */
const source = allowEqualGroupNames(published);

export const registry = createRegistry({
  ...source,
  schemas: [...source.schemas, lab, extension],
  resourceTypes: [
    ...source.resourceTypes,
    {
      name: 'Lab',
      endpoint: '/Labs',
      schema: lab.id,
      schemaExtensions: [{ schema: extension.id, required: false }],
    },
  ],
});
export const [userType, groupType, labType] = ['User', 'Group', 'Lab'].map(
  (name) => registry.resourceType(name) as ResourceType,
) as [ResourceType, ResourceType, ResourceType];

export const model = {
  registry,
  indexes: compileIndexes(registry, {
    ...(readSchemaFile('scim/indexes.json') as Record<string, string[]>),
    // Each kind once on its own and once in a list; the parts of `one` have no index.
    Lab: ['serial', 'exact', 'many.string', ...KINDS, ...KINDS.map((kind) => `${kind}s`)],
  }),
  memberships: compileMemberships(registry, readSchemaFile('scim/memberships.json') as MembershipDefinition[]),
};

export const LOCATIONS: ReadonlyMap<string, string> = new Map(
  registry.resourceTypes.map(({ name, endpoint }) => [name, `http://x${endpoint}/`]),
);

export interface Lab {
  readonly store: Store;
  /** In creation order, as they are answered. */
  readonly messages: readonly JsonObject[];
}

/** At the edges of what an index can hold and order. */
const EXTERNAL_IDS = [
  ...['é', 'É', '\u{10ffff}a', '\ud7ff', '\ue000', 'x'.repeat(400), `${'x'.repeat(9_000)}y`, '𝒳'.repeat(700), 'ας'],
];

/** Some with a user store in front, one with a path. */
const userNameOf = (index: number): string =>
  `${['', 'PRIMARY/', '/', 'a/b/'][[7, 17, 27].indexOf(index) + 1] ?? ''}user${index}`;

export async function openLab(
  engine: Engine,
  each: { readonly users: number; readonly groups: number; readonly labs: number },
): Promise<Lab> {
  const database = await engine.create();
  const options = { connectors: new Map(), ...storeModel(model), now: 0 };
  const opened = await openStore({ DATABASE_URL: database.url }, options, () => undefined);
  const store: Store = { ...opened, close: () => opened.close().then(() => database.drop()) };
  const samples = shuffled([
    ...sample(userType, each.users).map((resource, index) => ({
      type: userType,
      resource: { ...resource, userName: userNameOf(index), ...externalId(index) },
    })),
    ...sample(groupType, each.groups).map((resource) => ({ type: groupType, resource })),
    ...sample(labType, each.labs).map((resource) => ({ type: labType, resource })),
  ]).map((one) => ({ ...one, id: randomUUID() }));
  const ids = samples.map(({ id }) => id);
  const members = new Map(
    samples.filter(({ type }) => type === groupType).map(({ id }, index) => [id, membersOf(ids, index)]),
  );
  const stored = [];
  for (const [index, { type, resource, id }] of samples.entries()) {
    const at = Date.UTC(2024, 0, 1) + index * 60_000;
    const one = toStored(type, resource, {
      id,
      version: 1 + (index % 3),
      createdAt: at,
      lastModifiedAt: at + (index % 7),
    });
    const put = (members.get(id) ?? []).map((element) => ({
      value: valueOf(element),
      element: JSON.stringify(element),
    }));
    await store.commit({
      type: type.name,
      id,
      after: { resource: one, ...derive(model, type.name, parseStored(one)) },
      ...(put.length > 0 && { members: [{ list: 'Group.members', put, removed: [] }] }),
      entry: { operation: 'create', actor: 'a', requestId: 'r', changed: [] },
      at,
    });
    stored.push(one);
  }
  const world = new World(new Map(stored.map((one) => [one.id, { type: one.type, ...parseStored(one) }])), members);
  const messages = stored.map((one) =>
    resourceMessage(one, `${LOCATIONS.get(one.type)}${one.id}`, world.computed(one.type, one.id)),
  );
  return { store, messages };
}

const valueOf = (element: JsonObject): string => element['value'] as string;

const externalId = (index: number): JsonObject => {
  const value = EXTERNAL_IDS[index];
  return value === undefined ? {} : { externalId: value };
};

function sample(type: ResourceType, count: number): JsonObject[] {
  const members = writable(type)
    .filter(({ attribute: { name } }) => name !== 'members' && name !== 'userName')
    .map(({ attribute: one }) => [one.path, fc.option(valuesOf(one), { nil: undefined, freq: 2 })] as const);
  const required = type === userType ? { userName: 'random' } : {};
  const resources = fc
    .record(Object.fromEntries(members) as Record<string, fc.Arbitrary<Json | undefined>>)
    .map((resource) =>
      normaliseResource(type, {
        ...(Object.fromEntries(Object.entries(resource).filter(([, value]) => value !== undefined)) as JsonObject),
        ...required,
      }),
    );
  return fc.sample(resources, { numRuns: count, seed: 7 });
}

/** The same for each run. */
function shuffled<T>(items: readonly T[]): T[] {
  const keyed = items.map((item, index) => ({ item, key: (index * 7_919) % 1_009 }));
  return keyed.sort((a, b) => a.key - b.key).map(({ item }) => item);
}

/** Groups hold each other in circles, and name what is not there. */
function membersOf(ids: readonly string[], index: number): JsonObject[] {
  const values = [`gone${index % 3}`, ...ids.filter((_, at) => (at * (index + 3)) % 11 === 0)];
  const displays = ['a', 'é', 'work'];
  return values.map((value, at) => ({
    value,
    ...(at % 4 === 1 && { display: displays[(at + index) % 3] as string }),
    ...(at % 5 === 2 && { type: 'user' }),
    ...(at % 6 === 3 && { $ref: `http://other/${at}` }),
  }));
}

/** What is worked out of membership lists, said anew. */
class World {
  readonly #resources: ReadonlyMap<string, JsonObject>;
  readonly #members: ReadonlyMap<string, readonly JsonObject[]>;

  constructor(resources: ReadonlyMap<string, JsonObject>, members: ReadonlyMap<string, readonly JsonObject[]>) {
    this.#resources = resources;
    this.#members = members;
  }

  computed(type: string, id: string): JsonObject {
    if (type === 'User') return this.#listed('groups', this.#groupsOf(id));
    return this.#listed(
      'members',
      (this.#members.get(id) ?? []).map((element) => this.#member(element)),
    );
  }

  #listed = (name: string, elements: JsonObject[]): JsonObject => (elements.length === 0 ? {} : { [name]: elements });

  #member(element: JsonObject): JsonObject {
    const target = this.#resources.get(valueOf(element));
    return target ? { ...this.#describe(valueOf(element)), type: target['type'] as string, ...element } : element;
  }

  #groupsOf(id: string): JsonObject[] {
    const direct = this.#holdersOf(id);
    const all = new Set(direct);
    for (const one of all) for (const holder of this.#holdersOf(one)) all.add(holder);
    return [...this.#resources.keys()]
      .filter((holder) => all.has(holder))
      .map((holder) => ({ ...this.#describe(holder), type: direct.includes(holder) ? 'direct' : 'indirect' }));
  }

  #holdersOf(id: string): string[] {
    const holders = [...this.#members].filter(([, elements]) => elements.some((element) => element['value'] === id));
    return holders.map(([holder]) => holder);
  }

  #describe(id: string): JsonObject {
    const resource = this.#resources.get(id) as JsonObject;
    return {
      value: id,
      $ref: `${LOCATIONS.get(resource['type'] as string)}${id}`,
      ...(typeof resource['displayName'] === 'string' && { display: resource['displayName'] }),
    };
  }
}
