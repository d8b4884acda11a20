/** A user who returns is known by what became of its Lead, whatever the mapping file says of deactivation by then. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { DeliveryContext } from '../../src/provisioning/delivery.ts';
import { createMapping, type Mapping } from '../../src/provisioning/mapping/mapping.ts';
import { readSchemaFile } from '../../src/schema-files.ts';
import { ENGINES } from '../support/engines.ts';
import { userType } from '../scim/support/registries.ts';
import { mappingData } from './support/mapping.ts';
import { CONNECTOR, openWorld, type World } from './support/connector-world.ts';

const CLOSED = 'Closed - Not Converted';
const OPEN = 'Open - Not Contacted';
const WORKING = 'Working - Contacted';
const MINUTE = 60_000;

const mappingWith = (members: object): Mapping =>
  createMapping({ ...(readSchemaFile('lead-mapping.json') as object), ...members }, userType, mappingData);

const BEFORE = mappingWith({});
const MORE = mappingWith({ deactivated: { set: { Status: CLOSED, Rating: 'Cold' } } });

describe.each(ENGINES)('a user who returns, on $name', (engine) => {
  let world: World;
  let now: number;
  beforeEach(async () => {
    now = Date.UTC(2026, 0, 1);
    world = await openWorld(engine, () => now);
  });
  afterEach(() => world.close());

  const deliver = (mapping: Mapping, more: Partial<DeliveryContext> = {}): Promise<void> =>
    world.deliver({ mapping, ...more });
  const create = (more: object = {}): Promise<string> =>
    world.create({ userName: 'robin', emails: [{ value: 'robin@example.com' }], ...more });
  const deactivated = async (): Promise<string> => {
    const id = await create();
    await deliver(BEFORE);
    await world.patch(id, 'active', false);
    await deliver(BEFORE);
    expect(await world.leads()).toMatchObject([{ Status: CLOSED }]);
    return id;
  };
  const write = async (id: string, fields: Record<string, string>): Promise<void> => {
    const leadId = (await world.lane(id))?.leadId ?? '';
    await world.target.write([{ kind: 'update', leadId, fields }], now + MINUTE);
  };

  it.each([
    ['sets a field more', MORE],
    ['sets another value', mappingWith({ deactivated: { set: { Status: WORKING } } })],
    ['sets another field', mappingWith({ deactivated: { set: { Rating: 'Cold' } } })],
    ['sets nothing', mappingWith({ deactivated: { set: {} } })],
  ])('is open again though deactivation %s by now', async (_what, after) => {
    const id = await deactivated();
    await world.patch(id, 'active', true);
    await deliver(after);
    expect(await world.leads()).toMatchObject([{ Status: OPEN }]);
  });

  it('is open again also where the first write of it was lost', async () => {
    const id = await deactivated();
    await world.patch(id, 'active', true);
    await world.fault({ path: '/composite/sobjects' }, { reset: 'before' });
    await deliver(MORE);
    now += MINUTE;
    await world.patch(id, 'title', 'x');
    await deliver(MORE);
    expect(await world.leads()).toMatchObject([{ Status: OPEN, Title: 'x' }]);
  });

  it('is open again where nobody knows whether the Lead was closed', async () => {
    const id = await create();
    await deliver(BEFORE);
    await world.patch(id, 'active', false);
    await world.fault({ path: '/composite/sobjects' }, { reset: 'after' });
    await deliver(BEFORE, { leaseMs: 1_000_000 });
    await world.patch(id, 'active', true);
    now += MINUTE;
    await deliver(MORE);
    expect(await world.leads()).toMatchObject([{ Status: OPEN }]);
  });

  it('is open again that came back into the scope', async () => {
    const id = await create({ userType: 'Customer' });
    const scope = 'userType eq "Customer"';
    await deliver(mappingWith({ scope }));
    await world.patch(id, 'userType', 'Guest');
    await deliver(mappingWith({ scope }));
    expect(await world.leads()).toMatchObject([{ Status: CLOSED }]);
    await world.patch(id, 'userType', 'Customer');
    await deliver(mappingWith({ scope, deactivated: { set: { Status: WORKING } } }));
    expect(await world.leads()).toMatchObject([{ Status: OPEN }]);
  });

  it('is open again under a new id', async () => {
    await world.remove(await deactivated());
    await create();
    await deliver(MORE);
    expect(await world.leads()).toMatchObject([{ Status: OPEN }]);
  });

  it('is opened once: what sales people set since stays, whatever the mapping says then', async () => {
    const id = await deactivated();
    await world.patch(id, 'active', true);
    await deliver(MORE);
    await write(id, { Status: WORKING });
    await world.patch(id, 'title', 'x');
    await deliver(mappingWith({ reactivated: { set: { Status: OPEN, Rating: 'Hot' } } }));
    expect(await world.leads()).toMatchObject([{ Status: WORKING, Title: 'x', Rating: null }]);
  });

  it('is nobody who never left: a new mapping opens no Lead of theirs', async () => {
    const id = await create();
    await deliver(BEFORE);
    await write(id, { Status: WORKING });
    await world.patch(id, 'title', 'x');
    await deliver(MORE);
    expect(await world.leads()).toMatchObject([{ Status: WORKING, Title: 'x' }]);
  });

  it('is nobody whose deactivation was rejected: the Lead is as sales people have it', async () => {
    const id = await create();
    await deliver(BEFORE);
    await write(id, { Status: WORKING });
    const guard = { atLeast: 0, percent: 0 };
    await world.patch(id, 'active', false);
    await deliver(BEFORE, { guard });
    await world.store.judgeHeld(CONNECTOR, 'rejected', { actor: 'boss', at: now });
    await deliver(BEFORE, { guard });
    await world.patch(id, 'active', true);
    await deliver(MORE, { guard });
    expect(await world.leads()).toMatchObject([{ Status: WORKING }]);
  });
});
