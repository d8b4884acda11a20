/** What a profile read otherwise than it was written is in the journal, in words without values. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { OperationContext } from '../../src/operations/context.ts';
import { createResource } from '../../src/operations/create.ts';
import { patchResource } from '../../src/operations/patch.ts';
import { replaceResource } from '../../src/operations/replace.ts';
import { Turns } from '../../src/operations/turns.ts';
import type { ProfileName } from '../../src/scim/profiles/profile.ts';
import type { ResourceType } from '../../src/scim/schema/resource-type.ts';
import type { Store } from '../../src/storage/store.ts';
import { callerWith } from '../support/caller.ts';
import { ENGINES, indexes, memberships, openEngine, registry } from '../support/engines.ts';

const type = registry.resourceType('User') as ResourceType;

describe.each(ENGINES)('the journal on $name', (engine) => {
  let store: Store;
  let context: OperationContext;

  beforeEach(async () => {
    let serial = 0;
    store = await openEngine(engine);
    context = {
      ...{ registry, indexes, memberships, store, turns: new Turns(), connector: 'salesforce' },
      now: () => 1_000,
      newId: () => `id-${(serial += 1)}`,
      baseUrl: () => 'http://127.0.0.1/scim/v2',
      leadUrl: () => undefined,
    };
  });
  afterEach(() => store.close());

  const create = async (profile: ProfileName, body: object) =>
    (await createResource(context, type, body, callerWith(profile))).resource.id;
  const latest = async (id: string) => (await store.readJournal(id, 1))[0]?.detail;

  it('tells of a POST that was merged', async () => {
    await create('wso2', { userName: 'robin' });
    const id = await create('wso2', { userName: 'robin', title: 'Sir' });
    expect(await latest(id)).toEqual({
      operation: 'create',
      actor: 'test',
      requestId: 'request-1',
      changed: ['title'],
      profile: 'wso2',
      rewritten: ['merged into the User that was there'],
    });
  });

  it('tells of a POST that reactivated', async () => {
    await create('okta', { userName: 'robin', active: false });
    const id = await create('okta', { userName: 'robin' });
    expect(await latest(id)).toMatchObject({ changed: ['active'], rewritten: ['reactivated the User that was there'] });
  });

  it('tells of a PUT that was merged', async () => {
    const id = await create('wso2', { userName: 'robin' });
    await replaceResource(context, type, id, { userName: 'robin', title: 'Sir' }, callerWith('wso2'));
    expect(await latest(id)).toMatchObject({ rewritten: ['merged: attributes that the PUT leaves out stay'] });
  });

  it('tells of operations that were left out, and of JSON that was unpacked', async () => {
    const id = await create('entra', { userName: 'robin' });
    const Operations = [
      { op: 'replace', path: 'meta.created', value: 'x' },
      { op: 'add', path: 'roles', value: [{ value: '{"value":"Admin"}' }] },
    ];
    await patchResource(context, type, id, { Operations }, callerWith('entra'));
    expect(await latest(id)).toMatchObject({
      changed: ['roles'],
      rewritten: ['roles: JSON in a string unpacked', 'meta.created left out: it is readOnly'],
    });
  });

  it('says nothing of a client without habits of its own', async () => {
    const id = await create('default', { userName: 'robin' });
    expect(await latest(id)).toEqual({
      operation: 'create',
      actor: 'test',
      requestId: 'request-1',
      changed: ['schemas', 'userName'],
    });
  });
});
