/** When a Lead differs from what its user says, and when Salesforce only writes the same thing otherwise. */
import { describe, expect, it } from '@jest/globals';
import { driftOf, isSame } from '../../src/provisioning/batch/drift.ts';
import type { LeadFields, LeadValue } from '../../src/provisioning/lead-target.ts';
import type { Mapping } from '../../src/provisioning/mapping/mapping.ts';
import { laneWith, LEAD_ID } from './support/lane.ts';

const MAPPING: Mapping = {
  map: () => Promise.resolve({}),
  fieldNames: ['LastName', 'Company', 'City'],
  campaigns: [],
  fallbacks: { Company: '[not provided]' },
  modes: new Map(),
  isInScope: () => true,
  reads: () => false,
  match: { by: ['Email'], onMatch: 'adopt' },
  converted: 'follow',
  deletedInSalesforce: 'recreate',
  deactivated: { set: { Status: 'Closed' } },
  reactivated: { set: { Status: 'Open' } },
  deleted: { created: 'delete', adopted: 'close' },
};
const MAPPED: LeadFields = { LastName: 'Hood', Company: '[not provided]', City: null };
const TOLD: LeadFields = { LastName: 'Hood', Company: '[not provided]' };
const HELD: LeadFields = { ...MAPPED, Status: 'Working' };

describe('a value that Salesforce holds', () => {
  it.each<[string, LeadValue, LeadValue]>([
    ['as it was sent', 'x', 'x'],
    ['trimmed', 'x y', '  x y \n'],
    ['as nothing where the text was blank', null, ' '],
    ['with line ends of its own', 'a\r\nb', 'a\nb'],
    ['as an unchecked box where it was emptied', false, null],
    ['as the same instant', '2026-01-01T11:00:00.000+0000', '2026-01-01T12:00:00+01:00'],
    ['as an e-mail in lower case', 'ada@example.com', 'Ada@Example.com'],
    ['as a number', 1.5, 1.5],
  ])('is the same %s', (_how, live, wanted) => expect(isSame(live, wanted)).toBe(true));

  it.each<[string, LeadValue, LeadValue]>([
    ['another text', 'x', 'y'],
    ['another case', 'Ada', 'ada'],
    ['something where nothing is wanted', 'x', null],
    ['nothing where something is wanted', null, 'x'],
    ['a checked box where none is wanted', true, null],
    ['another instant', '2026-01-01T11:00:00.000+0000', '2026-01-01T11:00:01Z'],
    ['a text that looks like the number', '1', 1],
  ])('is %s', (_what, live, wanted) => expect(isSame(live, wanted)).toBe(false));
});

describe('the drift of a Lead', () => {
  const drift = (
    fields: LeadFields,
    {
      origin = 'created',
      active = true,
      told = TOLD,
      mapping = {},
    }: {
      origin?: 'created' | 'adopted';
      active?: boolean;
      told?: LeadFields;
      mapping?: Partial<Mapping>;
    } = {},
  ) =>
    driftOf({
      lane: laneWith({ leadId: LEAD_ID, origin, told }),
      user: { active },
      mapped: MAPPED,
      mapping: { ...MAPPING, ...mapping },
      lead: { leadId: LEAD_ID, isConverted: false, isDeleted: false, fields: { ...HELD, ...fields } },
    });

  it('is nothing when it holds what it should, whatever its other fields hold', () => {
    expect(drift({})).toEqual({});
    expect(drift({ Status: 'Closed' })).toEqual({});
    expect(drift({ Status: 'Closed' }, { told: { ...TOLD, Status: 'Open' } })).toEqual({});
  });

  it('is what it should hold instead, emptied fields included', () => {
    expect(drift({ LastName: 'Robin', City: 'York' })).toEqual({ LastName: 'Hood', City: null });
  });

  it('leaves the own value of an adopted Lead where the mapping has only a default', () => {
    expect(drift({ Company: 'Sherwood' }, { origin: 'adopted' })).toEqual({});
    expect(drift({ Company: 'Sherwood' })).toEqual({ Company: '[not provided]' });
  });

  it('leaves what is written on creation only, and what fills gaps where there is none', () => {
    const modes = new Map([
      ['LastName', 'onCreate'],
      ['Company', 'whenEmpty'],
    ] as const);
    expect(drift({ LastName: 'Robin', Company: 'Sherwood' }, { mapping: { modes } })).toEqual({});
    expect(drift({ Company: null }, { mapping: { modes } })).toEqual({ Company: '[not provided]' });
  });

  it('is the closing state of a user out of scope', () => {
    const told = { ...TOLD, Status: 'Closed' };
    expect(drift({}, { told, mapping: { isInScope: () => false } })).toEqual({ Status: 'Closed' });
  });

  it('is the closing state of an inactive user', () => {
    const inactive = { active: false, told: { ...TOLD, Status: 'Closed' } };
    expect(drift({}, inactive)).toEqual({ Status: 'Closed' });
    expect(drift({ Status: 'Closed' }, inactive)).toEqual({});
  });
});
