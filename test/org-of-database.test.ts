/** Whether the Leads of an org and those of the embedded stand-in are kept apart. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { noteOrg, orgFault } from '../src/org-of-database.ts';
import type { Store } from '../src/storage/store.ts';
import { ENGINES, openEngine, storedUser } from './support/engines.ts';

const CONNECTOR = 'salesforce';
const ORG = 'https://login.salesforce.com';
const entry = { operation: 'create', actor: 'a', requestId: 'r', changed: [] } as const;

describe.each(ENGINES)('a database on $name', (engine) => {
  let store: Store;
  beforeEach(async () => {
    store = await openEngine(engine);
  });
  afterEach(() => store.close());

  const addUser = async (): Promise<void> => {
    const user = storedUser('bjensen');
    await store.commit({ type: 'User', id: user.id, after: { resource: user, keys: [] }, entry, at: 1 });
  };

  it.each([
    ['an org', 'the embedded stand-in', ORG, undefined, `the Leads of this database are in the org of ${ORG}`],
    ['the embedded stand-in', 'an org', undefined, ORG, 'what was tried there is not sent to an org'],
  ])('of %s is not served with %s, once it has users', async (_from, _to, from, to, words) => {
    await noteOrg(store, from);
    expect(await orgFault(store, CONNECTOR, to)).toBeUndefined();
    await addUser();
    expect(await orgFault(store, CONNECTOR, to)).toContain(words);
    expect(await orgFault(store, CONNECTOR, from)).toBeUndefined();
  });

  it.each([
    ['from before this was noted, whatever is configured', undefined, ORG],
    ['of an org that is reached by another name', ORG, 'https://acme.my.salesforce.com'],
  ])('%s is served', async (_what, from, to) => {
    if (from !== undefined) await noteOrg(store, from);
    await addUser();
    expect(await orgFault(store, CONNECTOR, to)).toBeUndefined();
  });
});
