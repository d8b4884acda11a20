/** What has to be done for one user. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { LeadFields } from '../../src/provisioning/lead-target.ts';
import type { Mapping } from '../../src/provisioning/mapping/mapping.ts';
import { delta, planDelivery, type Plan } from '../../src/provisioning/batch/plan.ts';
import { AWAY } from '../../src/provisioning/batch/told.ts';
import type { Lane } from '../../src/storage/store.ts';
import { laneWith, LEAD_ID } from './support/lane.ts';

const ACTIVE = { userName: 'robin', active: true };
const INACTIVE = { userName: 'robin', active: false };
const CLOSED = { Status: 'Closed - Not Converted' };
/** What is remembered of a Lead that was closed. */
const LEFT = { ...CLOSED, [AWAY]: true };
const OPEN = { Status: 'Open - Not Contacted' };
const MAPPED: LeadFields = { LastName: 'Hood', Company: '[not provided]', City: null };
const TOLD: LeadFields = { LastName: 'Hood', Company: '[not provided]' };

const MAPPING: Mapping = {
  map: () => Promise.resolve(MAPPED),
  reads: () => false,
  fieldNames: [],
  campaigns: [],
  fallbacks: { Company: '[not provided]' },
  modes: new Map(),
  isInScope: () => true,
  match: { by: ['Email'], onMatch: 'adopt' },
  converted: 'follow',
  deletedInSalesforce: 'recreate',
  deactivated: { set: CLOSED },
  reactivated: { set: OPEN },
  deleted: { created: 'delete', adopted: 'close' },
};

const created = (told?: LeadFields): Lane => laneWith({ leadId: LEAD_ID, origin: 'created', ...(told && { told }) });
const adopted = (told?: LeadFields): Lane => laneWith({ leadId: LEAD_ID, origin: 'adopted', ...(told && { told }) });
const onItsWay = laneWith({ origin: 'created' });
const untouched = laneWith();

interface Case {
  readonly title: string;
  readonly lane: Lane;
  readonly mapped?: LeadFields;
  readonly mapping?: Partial<Mapping>;
  readonly plan: Plan;
}

const skip = (reason: string, gone = false): Plan => ({ kind: 'skip', reason, gone });
const create = (fields: LeadFields, reason: string): Extract<Plan, { kind: 'create' }> => ({
  kind: 'create',
  fields,
  reason,
});
const update = (fields: LeadFields, told: LeadFields, reason: string): Plan => ({
  kind: 'update',
  leadId: LEAD_ID,
  fields,
  told,
  reason,
});

const FIRST_TIME = 'Lead linked; Salesforce was told nothing yet';

const WHILE_ACTIVE: readonly Case[] = [
  {
    title: 'creates a Lead with every field that has a value',
    lane: untouched,
    plan: create(TOLD, 'no Lead is known for this user'),
  },
  {
    title: 'creates the Lead again when the answer to an earlier create was lost',
    lane: onItsWay,
    plan: create(TOLD, 'no Lead is known for this user'),
  },
  {
    title: 'skips when nothing that is mapped changed',
    lane: created(TOLD),
    plan: skip('no mapped change'),
  },
  {
    title: 'sends only what changed',
    lane: created({ ...TOLD, LastName: 'Locksley' }),
    plan: update({ LastName: 'Hood' }, TOLD, 'mapped fields changed'),
  },
  {
    title: 'empties a field that lost its value',
    lane: created({ ...TOLD, City: 'Nottingham' }),
    plan: update({ City: null }, TOLD, 'mapped fields changed'),
  },
  {
    title: 'leaves a field alone that is no longer mapped, and forgets it with the next update',
    lane: created({ LastName: 'Locksley', Company: '[not provided]', Title: 'Outlaw' }),
    plan: update({ LastName: 'Hood' }, TOLD, 'mapped fields changed'),
  },
  {
    title: 'skips when only a field changed that is no longer mapped',
    lane: created({ ...TOLD, Title: 'Outlaw' }),
    plan: skip('no mapped change'),
  },
  {
    title: 'sends every value to a Lead it created but knows nothing of',
    lane: created(),
    plan: update(TOLD, TOLD, FIRST_TIME),
  },
  {
    title: 'sends every value but the defaults to a Lead that was just adopted',
    lane: adopted(),
    plan: update({ LastName: 'Hood' }, TOLD, FIRST_TIME),
  },
  {
    title: 'sends a value of the user to a Lead that was just adopted, where the field has a default too',
    lane: adopted(),
    mapped: { ...MAPPED, Company: 'Sherwood' },
    plan: update({ LastName: 'Hood', Company: 'Sherwood' }, { LastName: 'Hood', Company: 'Sherwood' }, FIRST_TIME),
  },
  {
    title: 'sends the default to an adopted Lead when the user lost the value',
    lane: adopted({ ...TOLD, Company: 'Sherwood' }),
    plan: update({ Company: '[not provided]' }, TOLD, 'mapped fields changed'),
  },
  {
    title: 'opens the Lead again that it closed',
    lane: created({ ...TOLD, ...CLOSED }),
    plan: update(OPEN, { ...TOLD, ...OPEN }, 'user active again'),
  },
  {
    title: 'opens the Lead again that it closed, whatever the mapping sets by now',
    lane: created({ ...TOLD, ...LEFT }),
    mapping: { deactivated: { set: { ...CLOSED, Rating: 'Cold' } } },
    plan: update(OPEN, { ...TOLD, ...OPEN }, 'user active again'),
  },
  {
    title: 'opens the Lead again that it closed, where deactivation sets nothing by now',
    lane: created({ ...TOLD, ...LEFT }),
    mapping: { deactivated: { set: {} } },
    plan: update(OPEN, { ...TOLD, ...OPEN }, 'user active again'),
  },
  {
    title: 'opens the Lead again with what changed meanwhile',
    lane: created({ ...TOLD, ...CLOSED, LastName: 'Locksley' }),
    plan: update({ ...OPEN, LastName: 'Hood' }, { ...TOLD, ...OPEN }, 'user active again'),
  },
  {
    title: 'opens a Lead only once, so that the status sales people set stays',
    lane: created({ ...TOLD, ...OPEN }),
    plan: skip('no mapped change'),
  },
  {
    title: 'restores the mapped value where the mapping says what an active user has',
    lane: created({ ...TOLD, ...CLOSED }),
    mapped: { ...MAPPED, Status: 'Working - Contacted' },
    plan: update({ Status: 'Working - Contacted' }, { ...TOLD, Status: 'Working - Contacted' }, 'user active again'),
  },
  {
    title: 'empties on reactivation what the mapping says is to be emptied',
    lane: created({ ...TOLD, Reason__c: 'left' }),
    mapping: { deactivated: { set: { Reason__c: 'left' } }, reactivated: { set: { Reason__c: null } } },
    plan: update({ Reason__c: null }, TOLD, 'user active again'),
  },
  {
    title: 'knows no reactivation where deactivation sets nothing',
    lane: created(TOLD),
    mapping: { deactivated: { set: {} } },
    plan: skip('no mapped change'),
  },
];

const WHILE_INACTIVE: readonly Case[] = [
  {
    title: 'skips a user who never had a Lead',
    lane: untouched,
    plan: skip('inactive and never provisioned'),
  },
  {
    title: 'closes the Lead',
    lane: created(TOLD),
    plan: update(CLOSED, { ...TOLD, ...LEFT }, 'user inactive'),
  },
  {
    title: 'closes the Lead and sends what else changed',
    lane: created({ ...TOLD, City: 'York' }),
    plan: update({ ...CLOSED, City: null }, { ...TOLD, ...LEFT }, 'user inactive'),
  },
  {
    title: 'remembers no closing where deactivation sets nothing',
    lane: created({ ...TOLD, City: 'York' }),
    mapping: { deactivated: { set: {} } },
    plan: update({ City: null }, TOLD, 'user inactive'),
  },
  {
    title: 'skips when the Lead is closed already',
    lane: created({ ...TOLD, ...CLOSED }),
    plan: skip('no mapped change'),
  },
  {
    title: 'closes the Lead whatever status the mapping gives',
    lane: created({ ...TOLD, ...OPEN }),
    mapped: { ...MAPPED, ...OPEN },
    plan: update(CLOSED, { ...TOLD, ...LEFT }, 'user inactive'),
  },
  {
    title: 'closes a Lead that was just adopted and keeps its defaults out',
    lane: adopted(),
    plan: update({ LastName: 'Hood', ...CLOSED }, { ...TOLD, ...LEFT }, FIRST_TIME),
  },
  {
    title: 'repeats a create that may be on its way, as a closed Lead',
    lane: onItsWay,
    plan: {
      ...create({ ...TOLD, ...CLOSED }, 'user inactive; an earlier create may have reached Salesforce'),
      told: { ...TOLD, ...LEFT },
    },
  },
];

const WHEN_GONE: readonly Case[] = [
  {
    title: 'forgets a user who never had a Lead',
    lane: untouched,
    plan: skip('user deleted; there was no Lead', true),
  },
  {
    title: 'looks for a Lead whose create may be on its way',
    lane: onItsWay,
    plan: { kind: 'resolve', reason: 'user deleted; its Lead may have been created' },
  },
  {
    title: 'looks for such a Lead to close it where created Leads are closed',
    lane: onItsWay,
    mapping: { deleted: { created: 'close', adopted: 'close' } },
    plan: { kind: 'resolve', closeWith: CLOSED, reason: 'user deleted; its Lead may have been created' },
  },
  {
    title: 'does not look for such a Lead where created Leads are left alone',
    lane: onItsWay,
    mapping: { deleted: { created: 'leave', adopted: 'close' } },
    plan: skip('user deleted; the mapping leaves the Lead alone', true),
  },
  {
    title: 'deletes a Lead that was created',
    lane: created(TOLD),
    plan: { kind: 'delete', leadId: LEAD_ID, reason: 'user deleted; Lead was created here' },
  },
  {
    title: 'closes a Lead that was adopted',
    lane: adopted(TOLD),
    plan: { kind: 'close', leadId: LEAD_ID, fields: CLOSED, reason: 'user deleted; Lead was adopted' },
  },
  {
    title: 'closes a Lead that was adopted and told nothing yet',
    lane: adopted(),
    plan: { kind: 'close', leadId: LEAD_ID, fields: CLOSED, reason: 'user deleted; Lead was adopted' },
  },
  {
    title: 'closes an adopted Lead that was closed before, so that its external id is taken off it',
    lane: adopted({ ...TOLD, ...CLOSED }),
    plan: { kind: 'close', leadId: LEAD_ID, fields: CLOSED, reason: 'user deleted; Lead was adopted' },
  },
  {
    title: 'forgets an adopted Lead where closing sets nothing',
    lane: adopted(TOLD),
    mapping: { deactivated: { set: {} } },
    plan: skip('user deleted; the mapping has nothing to set', true),
  },
  {
    title: 'closes a Lead that was created where the mapping says so',
    lane: created(TOLD),
    mapping: { deleted: { created: 'close', adopted: 'close' } },
    plan: { kind: 'close', leadId: LEAD_ID, fields: CLOSED, reason: 'user deleted; Lead was created here' },
  },
  {
    title: 'deletes a Lead that was adopted where the mapping says so',
    lane: adopted(TOLD),
    mapping: { deleted: { created: 'delete', adopted: 'delete' } },
    plan: { kind: 'delete', leadId: LEAD_ID, reason: 'user deleted; Lead was adopted' },
  },
  {
    title: 'leaves a Lead alone where the mapping says so',
    lane: adopted(TOLD),
    mapping: { deleted: { created: 'leave', adopted: 'leave' } },
    plan: skip('user deleted; the mapping leaves the Lead alone', true),
  },
];

const planFor = (
  user: (typeof ACTIVE & { readonly userType?: string }) | undefined,
  { lane, mapped = MAPPED, mapping }: Case,
): Plan => planDelivery({ lane, user, mapped: user && mapped, mapping: { ...MAPPING, ...mapping } });

describe('for an active user, the plan', () => {
  it.each(WHILE_ACTIVE)('$title', (row) => expect(planFor(ACTIVE, row)).toEqual(row.plan));

  it('is the same for a user without "active"', () => {
    const input = { lane: created(TOLD), user: { userName: 'robin' }, mapped: MAPPED, mapping: MAPPING };
    expect(planDelivery(input)).toEqual(skip('no mapped change'));
  });

  it('cannot be made without the mapped fields', () => {
    const input = { lane: untouched, user: ACTIVE, mapped: undefined, mapping: MAPPING };
    expect(() => planDelivery(input)).toThrow(TypeError);
  });
});

describe('for an inactive user, the plan', () => {
  it.each(WHILE_INACTIVE)('$title', (row) => expect(planFor(INACTIVE, row)).toEqual(row.plan));
});

describe('for a deleted user, the plan', () => {
  it.each(WHEN_GONE)('$title', (row) => expect(planFor(undefined, row)).toEqual(row.plan));
});

const ONLY_CUSTOMERS: Partial<Mapping> = { isInScope: ({ userType }) => userType === 'Customer' };

const OUT_OF_SCOPE: readonly Case[] = [
  {
    title: 'skips a user who never had a Lead',
    lane: untouched,
    mapping: ONLY_CUSTOMERS,
    plan: skip('out of scope and never provisioned'),
  },
  {
    title: 'closes the Lead',
    lane: created(TOLD),
    mapping: ONLY_CUSTOMERS,
    plan: update(CLOSED, { ...TOLD, ...LEFT }, 'user out of scope'),
  },
  {
    title: 'says so while there is nothing to tell',
    lane: created({ ...TOLD, ...CLOSED }),
    mapping: ONLY_CUSTOMERS,
    plan: skip('user out of scope; no mapped change'),
  },
  {
    title: 'repeats a create that may be on its way, as a closed Lead',
    lane: onItsWay,
    mapping: ONLY_CUSTOMERS,
    plan: {
      ...create({ ...TOLD, ...CLOSED }, 'user out of scope; an earlier create may have reached Salesforce'),
      told: { ...TOLD, ...LEFT },
    },
  },
];

describe('for a user out of scope, the plan', () => {
  it.each(OUT_OF_SCOPE)('$title', (row) => expect(planFor(ACTIVE, row)).toEqual(row.plan));

  it('opens the Lead again when the user is back in scope', () => {
    const row = { title: '', lane: created({ ...TOLD, ...CLOSED }), mapping: ONLY_CUSTOMERS, plan: skip('') };
    expect(planFor({ ...ACTIVE, userType: 'Customer' }, row)).toEqual(
      update(OPEN, { ...TOLD, ...OPEN }, 'user active again'),
    );
  });
});

const modes = (entries: Record<string, 'onCreate' | 'whenEmpty'>): Partial<Mapping> => ({
  modes: new Map(Object.entries(entries)),
});

const BY_MODE: readonly Case[] = [
  {
    title: 'writes every field to a new Lead',
    lane: untouched,
    mapping: modes({ Company: 'whenEmpty', LastName: 'onCreate' }),
    plan: create(TOLD, 'no Lead is known for this user'),
  },
  {
    title:
      'does not write a field to an adopted Lead that is for new ones, nor a default, and knows of both for the next time',
    lane: adopted(),
    mapping: modes({ LastName: 'onCreate' }),
    plan: update({}, { Company: '[not provided]' }, 'Lead linked; Salesforce was told nothing yet'),
  },
  {
    title: 'does not write a field again that is for new Leads',
    lane: created({ ...TOLD, LastName: 'Locksley' }),
    mapping: modes({ LastName: 'onCreate' }),
    plan: skip('no mapped change'),
  },
  {
    title: 'has a field of an adopted Lead looked at that is to be filled, be it with its default',
    lane: adopted(),
    mapping: modes({ Company: 'whenEmpty' }),
    plan: { ...update(TOLD, TOLD, FIRST_TIME), ifEmpty: ['Company'] } as Plan,
  },
  {
    title: 'has it looked at when the value changes',
    lane: created({ ...TOLD, LastName: 'Locksley' }),
    mapping: modes({ LastName: 'whenEmpty' }),
    plan: { ...update({ LastName: 'Hood' }, TOLD, 'mapped fields changed'), ifEmpty: ['LastName'] } as Plan,
  },
  {
    title: 'does not have it looked at when another field changes',
    lane: created({ ...TOLD, LastName: 'Locksley' }),
    mapping: modes({ Company: 'whenEmpty' }),
    plan: update({ LastName: 'Hood' }, TOLD, 'mapped fields changed'),
  },
  {
    title: 'sets on reactivation what the mapping says, though the field is only filled otherwise',
    lane: created({ LastName: 'Hood', ...CLOSED }),
    mapped: { LastName: 'Hood', Status: 'Working - Contacted' },
    mapping: modes({ Status: 'whenEmpty' }),
    plan: update(OPEN, { LastName: 'Hood', ...OPEN }, 'user active again'),
  },
];

describe('for fields that are not always written, the plan', () => {
  it.each(BY_MODE)('$title', (row) => expect(planFor(ACTIVE, row)).toEqual(row.plan));

  it('closes a Lead though its status is only filled otherwise', () => {
    const row = { title: '', lane: created(TOLD), mapping: modes({ Status: 'whenEmpty' }), plan: skip('') };
    expect(planFor(INACTIVE, row)).toEqual(update(CLOSED, { ...TOLD, ...LEFT }, 'user inactive'));
  });
});

describe('for a user whose Lead was converted, the plan', () => {
  const lane: Lane = { ...created(TOLD), ended: { kind: 'converted', contactId: '003000000000001AAA' } };

  it.each([ACTIVE, INACTIVE])('leaves the Lead alone, and needs no mapped fields', (user) => {
    expect(planDelivery({ lane, user, mapped: undefined, mapping: MAPPING })).toEqual(
      skip('its Lead was converted; it is not kept up to date any more'),
    );
  });

  it('forgets it when the user is deleted', () => {
    expect(planFor(undefined, { title: '', lane, plan: skip('') })).toEqual(
      skip('user deleted; its Lead was converted and is left alone', true),
    );
  });
});

describe('for any user', () => {
  const names = fc.constantFrom('LastName', 'City', 'Status', 'A__c', 'B__c', '__proto__', 'constructor');
  const values = fc.oneof(fc.constantFrom('', 'x', 'Closed - Not Converted'), fc.integer(), fc.boolean());
  const states = fc.dictionary(names, values, { noNullPrototype: true });
  const fieldSets = fc.dictionary(names, fc.option(values), { noNullPrototype: true });

  /** What a Lead holds after an update: null empties, absent leaves alone. */
  const applied = (lead: LeadFields, fields: LeadFields): LeadFields =>
    Object.fromEntries(Object.entries({ ...lead, ...fields }).filter(([, value]) => value !== null));

  it('a Lead that was told the difference holds the mapped fields, and the others as before', () => {
    fc.assert(
      fc.property(states, fieldSets, (told, mapped) => {
        expect(applied(told, delta(told, mapped))).toEqual(applied(told, mapped));
      }),
    );
  });

  it('the difference to what is held already is nothing', () => {
    fc.assert(
      fc.property(states, fieldSets, (told, mapped) => {
        expect(delta(applied(told, mapped), mapped)).toEqual({});
      }),
    );
  });

  it('delivering a plan leaves nothing to deliver, however often the user is deactivated', () => {
    fc.assert(
      fc.property(states, fc.array(fc.tuple(fieldSets, fc.boolean())), (start, changes) => {
        let lane = created(start);
        for (const [mapped, active] of changes) {
          const input = { user: { userName: 'robin', active }, mapped, mapping: MAPPING };
          const plan = planDelivery({ lane, ...input });
          if (plan.kind === 'update') lane = created(plan.told);
          expect(planDelivery({ lane, ...input })).toMatchObject({ kind: 'skip', gone: false });
        }
      }),
    );
  });
});
