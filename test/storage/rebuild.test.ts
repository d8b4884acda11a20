import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { openStore } from '../../src/database.ts';
import { derive } from '../../src/operations/derive.ts';
import type { Model } from '../../src/operations/model.ts';
import { compileIndexes } from '../../src/operations/resource-keys.ts';
import { storeModel } from '../../src/parts.ts';
import type { JsonObject } from '../../src/scim/json.ts';
import { createRegistry, type Registry } from '../../src/scim/schema/registry.ts';
import type { Store } from '../../src/storage/store.ts';
import { LASTING_ENGINES, memberships, registry, storeOptions, type Database } from '../support/engines.ts';
import { published } from '../scim/support/registries.ts';

const USER = 'urn:ietf:params:scim:schemas:core:2.0:User';
const entry = { operation: 'create', actor: 'basic:admin', requestId: 'r1', changed: [] } as const;

const modelOf = (types: Registry, searched: readonly string[]): Model => ({
  registry: types,
  indexes: compileIndexes(types, { User: searched }),
  memberships,
});
const before = modelOf(registry, []);

/** The same schemas, but for a nickName that is unique, and not folded. */
const unique = createRegistry({
  ...published,
  schemas: published.schemas.map((schema) => ({
    ...schema,
    attributes: schema.attributes.map((attribute) =>
      attribute.name === 'nickName' ? { ...attribute, uniqueness: 'server', caseExact: true } : attribute,
    ),
  })),
});

describe.each(LASTING_ENGINES)('a database whose schemas have changed, on $name', (engine) => {
  let database: Database;

  beforeEach(async () => {
    database = await engine.create();
  });
  afterEach(async () => {
    await database.drop();
  });

  /** @returns how many resources were made anew */
  const serve = async (
    model: Model,
    use: (store: Store) => Promise<unknown> = async () => undefined,
  ): Promise<number> => {
    let count = 0;
    const options = { ...storeOptions, ...storeModel(model), onRebuilt: (rebuilt: number) => (count = rebuilt) };
    const store = await openStore({ DATABASE_URL: database.url }, options, () => undefined);
    await use(store);
    await store.close();
    return count;
  };
  const create = async (store: Store, model: Model, more: JsonObject): Promise<void> => {
    const id = randomUUID();
    const resource: JsonObject = { schemas: [USER], id, ...more };
    const stored = {
      type: 'User',
      id,
      version: 1,
      createdAt: 1,
      lastModifiedAt: 1,
      document: JSON.stringify(resource),
    };
    await store.commit({
      type: 'User',
      id,
      after: { resource: stored, ...derive(model, 'User', resource) },
      entry,
      at: 1,
    });
  };

  it('is indexed anew when it is opened, once', async () => {
    await serve(before, async (store) => {
      for (let user = 0; user < 450; user += 1)
        await create(store, before, { userName: `user-${user}`, nickName: `ÄÖ-${user}` });
    });
    expect(await serve(before)).toBe(0);
    const after = modelOf(unique, ['title']);
    const refuse = async (store: Store): Promise<void> => {
      await expect(create(store, after, { userName: 'new', nickName: 'ÄÖ-449' })).rejects.toThrow('nickName');
      await create(store, after, { userName: 'new', nickName: 'äö-449' });
    };
    expect(await serve(after, refuse)).toBe(450);
    expect(await serve(after)).toBe(0);
    expect(await serve(before)).toBe(451);
  });

  it('is left as it was when a value that has to be unique is there twice, and says of which resource', async () => {
    await serve(before, async (store) => {
      await create(store, before, { userName: 'a', nickName: 'same' });
      await create(store, before, { userName: 'b', nickName: 'same' });
    });
    await expect(serve(modelOf(unique, []))).rejects.toThrow(/nickName of User has to be unique, and User \S+ has/);
    const refuse = async (store: Store): Promise<void> =>
      expect(create(store, before, { userName: 'A' })).rejects.toThrow('userName');
    expect(await serve(before, refuse)).toBe(0);
  });
});
