/** Members that WSO2 IS 5 names by display: whom they become, and what the journal says of those that are nobody. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { resolveMembers } from '../../src/http/scim1/members.ts';
import type { OperationContext } from '../../src/operations/context.ts';
import { createResource } from '../../src/operations/create.ts';
import { Turns } from '../../src/operations/turns.ts';
import type { ProfileName } from '../../src/scim/profiles/profile.ts';
import type { ResourceType } from '../../src/scim/schema/resource-type.ts';
import type { Store } from '../../src/storage/store.ts';
import { callerWith } from '../support/caller.ts';
import { ENGINES, indexes, memberships, openEngine, registry } from '../support/engines.ts';

const user = registry.resourceType('User') as ResourceType;
const group = registry.resourceType('Group') as ResourceType;

describe.each(ENGINES)('members by display, on $name', (engine) => {
  let store: Store;
  let context: OperationContext;

  beforeEach(async () => {
    let serial = 0;
    store = await openEngine(engine);
    context = {
      ...{ registry, indexes, memberships, store, turns: new Turns(), connector: 'salesforce' },
      now: () => 1_000,
      newId: () => `id-${(serial += 1)}`,
      baseUrl: () => 'http://127.0.0.1/scim/v1',
      leadUrl: () => undefined,
    };
    for (const userName of ['Robin', 'PRIMARY/tuck', 'A/john', 'B/john', 'A/much', 'much'])
      await createResource(context, user, { userName }, callerWith());
  });
  afterEach(() => store.close());

  const resolve = (members: unknown, profile: ProfileName = 'wso2') =>
    resolveMembers(context, group, { displayName: 'Sales', MEMBERS: members }, callerWith(profile));

  it.each<[string, unknown, unknown[]]>([
    ['any case', [{ display: 'rOBIN' }], [{ display: 'rOBIN', value: 'id-1' }]],
    ['a domain that it lacks', [{ display: 'tuck' }], [{ display: 'tuck', value: 'id-2' }]],
    ['a domain that the user lacks', [{ display: 'X/robin' }], [{ display: 'X/robin', value: 'id-1' }]],
    ['its own domain', [{ display: 'B/john' }], [{ display: 'B/john', value: 'id-4' }]],
    ['no domain where somebody has none', [{ display: 'much' }], [{ display: 'much', value: 'id-6' }]],
    ['an empty value', { display: 'Robin', value: '' }, [{ display: 'Robin', value: 'id-1' }]],
    ['a value', [{ display: 'tuck', value: 'id-1' }], [{ display: 'tuck', value: 'id-1' }]],
  ])('are known by a name in or with %s', async (_title, sent, members) => {
    expect(await resolve(sent)).toEqual({ body: { displayName: 'Sales', MEMBERS: members }, unknown: 0 });
  });

  it('are nobody when several have the name in different domains, or none has it', async () => {
    const sent = [{ display: 'john' }, { display: 'ghost "1" or userName pr' }, { display: 'Robin' }];
    const { body, unknown } = await resolve(sent);
    expect(unknown).toBe(2);
    expect(body).toMatchObject({ MEMBERS: [{ value: 'id-1' }] });
  });

  it('are known by their very name alone to a client without domains', async () => {
    expect(await resolve([{ display: 'tuck' }, { display: 'robin' }], 'default')).toMatchObject({ unknown: 1 });
  });

  it.each([[undefined], [null], ['text'], [[1]], [{ members: 5 }], [{ members: [null, 'id', {}, { display: 5 }] }]])(
    'are looked for in nothing but objects: %j stays as it is',
    async (body) => {
      expect(await resolveMembers(context, group, body, callerWith('wso2'))).toEqual({ body, unknown: 0 });
    },
  );

  it('that are left out are counted in the journal, without their names', async () => {
    const caller = callerWith('wso2');
    const sent = { displayName: 'Sales', members: [{ display: 'ghost' }, { display: 'Robin' }] };
    const { body } = await resolveMembers(context, group, sent, caller);
    const { resource } = await createResource(context, group, body, caller);
    expect((await store.readJournal(resource.id, 1))[0]?.detail).toMatchObject({
      profile: 'wso2',
      changed: ['schemas', 'displayName', 'members'],
      rewritten: ['1 members left out: no User has their names'],
    });
  });
});
