/** What a query is answered with when the database gives it up. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { OperationContext } from '../../src/operations/context.ts';
import { listResources, type ListQuery } from '../../src/operations/list.ts';
import { Turns } from '../../src/operations/turns.ts';
import type { ResourceType } from '../../src/scim/schema/resource-type.ts';
import { StatementTimeout, StorageUnavailable } from '../../src/storage/errors.ts';
import type { Store } from '../../src/storage/store.ts';
import { callerWith } from '../support/caller.ts';
import { ENGINES, indexes, memberships, openEngine, registry } from '../support/engines.ts';

const type = registry.resourceType('User') as ResourceType;

describe.each(ENGINES)('a list on $name', (engine) => {
  let store: Store;

  beforeEach(async () => {
    store = await openEngine(engine);
  });
  afterEach(() => store.close());

  const list = (query: ListQuery, failure: Error): Promise<unknown> =>
    listWith(query, { queryResources: () => Promise.reject(failure) });

  const listWith = (query: ListQuery, more: Partial<Store>): Promise<unknown> => {
    const context: OperationContext = {
      ...{ registry, indexes, memberships, turns: new Turns(), connector: 'salesforce' },
      store: { ...store, ...more },
      now: () => 1_000,
      newId: () => 'id',
      baseUrl: () => 'http://127.0.0.1/scim/v2',
      leadUrl: () => undefined,
    };
    return listResources(context, [type], query, { profile: callerWith().profile }).catch((error: unknown) => error);
  };

  it.each([{ filter: 'title co "x"' }, { sortBy: 'title' }])(
    'is refused with 400 tooMany when %j ran out of time: to ask again would be in vain',
    async (query) => {
      expect(await list(query, new StatementTimeout('timed out'))).toMatchObject({
        status: 400,
        scimType: 'tooMany',
        detail: expect.stringMatching(/gave this query up/) as unknown,
      });
    },
  );

  it.each([
    [{ filter: 'groups[type eq "indirect" and display pr]' }, /^filter: 2 conditions .* User; lists hold each other/],
    [{ filter: 'title co "x"', sortBy: 'groups' }, /^filter: 1 conditions .* lists hold each other/],
    [{ sortBy: 'groups' }, /^sortBy would look at too many values of User; lists hold each other/],
    [{ filter: `title eq "0" or not (${'nickName pr or '.repeat(10)}title pr)` }, /^filter: 12 .* in several requests/],
  ])('is refused with 400 tooMany when %j would look at too much', async (query, detail) => {
    expect(await listWith(query, { estimateLooks: () => Promise.resolve(Infinity) })).toMatchObject({
      status: 400,
      scimType: 'tooMany',
      detail: expect.stringMatching(detail) as unknown,
    });
  });

  it.each([
    ['of all resources ran out of time', {}, new StatementTimeout('timed out')],
    ['finds the database away', { filter: 'title co "x"' }, new StorageUnavailable('away')],
  ])('fails for the database when one that %s', async (_, query, failure) => {
    expect(await list(query, failure)).toBe(failure);
  });
});
