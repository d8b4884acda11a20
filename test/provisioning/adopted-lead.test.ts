/** A Lead that people made holds what they wrote: no default of the mapping replaces it, whatever happens to a write. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { DeliveryContext } from '../../src/provisioning/delivery.ts';
import type { Fault, LeadTarget } from '../../src/provisioning/lead-target.ts';
import type { SalesforceLeads } from '../../src/salesforce/leads.ts';
import { ENGINES } from '../support/engines.ts';
import { compileFields } from './support/mapping.ts';
import { openWorld, type World } from './support/connector-world.ts';

const MINUTE = 60_000;
const PAST_LEASE_MS = MINUTE + 1;
const THEIRS = { LastName: 'Locksley', Company: 'Sherwood', Email: 'robin@example.com' };
const LOST: Fault = { scope: 'request', code: 'ETIMEDOUT', message: 'x', fields: [], committed: 'maybe' };

describe.each(ENGINES)('an adopted Lead, on $name', (engine) => {
  let world: World;
  let now: number;
  let target: SalesforceLeads;
  beforeEach(async () => {
    now = Date.UTC(2026, 0, 1);
    world = await openWorld(engine, () => now);
    target = world.target;
  });
  afterEach(() => world.close());

  const deliver = (more: Partial<DeliveryContext> = {}): Promise<void> => world.deliver({ target, ...more });
  const create = (more: object = {}): Promise<string> =>
    world.create({ userName: 'robin', emails: [{ value: 'robin@example.com' }], ...more });
  const enter = (): Promise<unknown> => target.write([{ kind: 'create', fields: THEIRS }], now + MINUTE);
  /** Salesforce carries each write out, after what happens meanwhile, and some answers are lost. */
  const writing = (meanwhile: (at: number) => Promise<Fault | undefined>): LeadTarget => {
    let count = 0;
    return new Proxy<LeadTarget>(target, {
      get: (real, name, receiver) =>
        name === 'write'
          ? async (...[writes]: Parameters<LeadTarget['write']>) => {
              const fault = await meanwhile((count += 1));
              const outcomes = await real.write(writes, now + MINUTE);
              return fault ? writes.map(() => ({ kind: 'failed', fault })) : outcomes;
            }
          : (Reflect.get(real, name, receiver) as unknown),
    });
  };

  /** Every value is a default, and the e-mail is written to new Leads alone. */
  const nothingToTell = compileFields({
    LastName: { from: 'name.familyName', default: '[unknown]' },
    Company: { from: 'displayName', default: '[unknown]' },
    Email: { from: 'emails.value', when: 'onCreate' },
    Title: { from: 'title' },
  });

  it.each(['with', 'without'])(
    'that there was nothing to tell keeps what people wrote when the user changes, %s an external-id field',
    async (field) => {
      if (field === 'without') target = world.connect({});
      await enter();
      const id = await create();
      await deliver({ mapping: nothingToTell });
      expect(await world.leads()).toMatchObject([THEIRS]);
      expect(await world.lane(id)).toMatchObject({ state: 'idle', origin: 'adopted' });
      await world.patch(id, 'title', 'two');
      await deliver({ mapping: nothingToTell });
      expect(await world.leads()).toMatchObject([{ ...THEIRS, Title: 'two' }]);
      await world.patch(id, 'displayName', 'Loxley');
      await deliver({ mapping: nothingToTell });
      await world.patch(id, 'displayName', null);
      await deliver({ mapping: nothingToTell });
      expect(await world.leads()).toMatchObject([{ ...THEIRS, Company: '[unknown]' }]);
    },
  );

  it('that there was nothing to tell keeps what people wrote when another user takes it over', async () => {
    target = world.connect({});
    await enter();
    const old = await create();
    await deliver({ mapping: nothingToTell });
    await world.remove(old);
    const id = await create({ title: 'two' });
    await deliver({ mapping: nothingToTell });
    expect(await world.lane(id)).toMatchObject({ state: 'idle' });
    expect(await world.leads()).toMatchObject([{ ...THEIRS, Title: 'two' }]);
  });

  it('keeps what people wrote when the answer to the first write is lost', async () => {
    await enter();
    await create({ name: { familyName: 'Hood' } });
    await deliver({ target: writing((at) => Promise.resolve(at === 1 ? LOST : undefined)) });
    now += MINUTE;
    await deliver();
    expect(await world.leads()).toMatchObject([{ ...THEIRS, LastName: 'Hood' }]);
  });

  it('keeps what people wrote when a write comes late', async () => {
    await enter();
    const id = await create({ name: { familyName: 'Hood' } });
    await deliver();
    await world.patch(id, 'title', 'late');
    const late = writing(async (at) => {
      if (at > 1) return undefined;
      now += PAST_LEASE_MS;
      await world.patch(id, 'title', 'two');
      await deliver();
      return undefined;
    });
    await deliver({ target: late });
    await deliver();
    expect(await world.leads()).toMatchObject([{ ...THEIRS, LastName: 'Hood', Title: 'two' }]);
    expect(await world.lane(id)).toMatchObject({ state: 'idle', doubts: 0 });
  });

  it('keeps what people wrote when its first write comes late', async () => {
    await enter();
    const id = await create({ name: { familyName: 'Hood' } });
    const late = writing(async (at) => {
      if (at > 1) return undefined;
      now += PAST_LEASE_MS;
      await world.patch(id, 'name', { familyName: 'Loxley' });
      await deliver();
      return undefined;
    });
    await deliver({ target: late });
    await deliver();
    expect(await world.leads()).toMatchObject([{ ...THEIRS, LastName: 'Loxley' }]);
    expect(await world.lane(id)).toMatchObject({ state: 'idle', doubts: 0 });
  });

  it('keeps what people wrote to it since a create that made it, and whose answer was lost', async () => {
    target = world.connect({});
    const id = await create({ name: { familyName: 'Hood' } });
    await deliver({ target: writing((at) => Promise.resolve(at === 1 ? LOST : undefined)) });
    const [lead] = await world.leads();
    await target.write([{ kind: 'update', leadId: lead?.Id ?? '', fields: { Company: 'Sherwood' } }], now + MINUTE);
    now += MINUTE;
    await deliver();
    expect(await world.lane(id)).toMatchObject({ state: 'idle', origin: 'adopted' });
    expect(await world.leads()).toMatchObject([{ LastName: 'Hood', Company: 'Sherwood' }]);
  });
});
