import { describe, expect, it } from '@jest/globals';
import { checkExternalIdField, checkLeadFields } from '../src/check-lead-fields.ts';
import type { RuleDefinition } from '../src/provisioning/mapping/file.ts';
import type { LeadField } from '../src/salesforce/describe.ts';

const field = (name: string, more: Partial<LeadField> = {}): LeadField => ({
  name,
  label: name,
  type: 'string',
  length: 80,
  createable: true,
  updateable: true,
  filterable: true,
  nillable: true,
  defaultedOnCreate: false,
  externalId: false,
  unique: false,
  caseSensitive: false,
  restrictedPicklist: false,
  picklistValues: [],
  ...more,
});

const PICKLIST = { type: 'picklist', length: 255, picklistValues: ['Open', 'Closed'] };

describe("a mapping held against the org's Lead", () => {
  const said = (rule: RuleDefinition, org: LeadField, standard: Record<string, { length: number }> = {}): unknown =>
    checkLeadFields({ fields: { Field: rule } }, [org], standard).map(({ status, message }) => `${status}: ${message}`);
  const FROM = { from: 'title' };

  it.each<[string, RuleDefinition, LeadField]>([
    ['a field that can be written', FROM, field('Field')],
    ['a field in another case', FROM, field('FIELD')],
    [
      'a field for new Leads that cannot be changed',
      { ...FROM, when: 'onCreate' },
      field('Field', { updateable: false }),
    ],
    ['a value that fits', { constant: 'x' }, field('Field', { length: 1 })],
    ['a number where the org takes one', { constant: 1 }, field('Field', { type: 'currency', length: 0 })],
    ['a new value of an open picklist', { constant: 'Other' }, field('Field', PICKLIST)],
    [
      'a value of a restricted picklist',
      { default: 'Open' },
      field('Field', { ...PICKLIST, restrictedPicklist: true }),
    ],
    ['a cut at the length that the org has', { from: 'title', truncate: 80 }, field('Field')],
  ])('is right with %s', (_what, rule, org) => {
    expect(said(rule, org)).toEqual(['ok: all 1 mapped fields are there and can be written']);
  });

  it.each<[string, RuleDefinition, LeadField, string]>([
    ['a field that is not there', FROM, field('Other'), "failed: the org's Lead has no field Field"],
    [
      'a field that cannot be written',
      FROM,
      field('Field', { createable: false, updateable: false }),
      'failed: Field cannot be written',
    ],
    ['a field that cannot be changed', FROM, field('Field', { updateable: false }), 'failed: Field cannot be changed'],
    [
      'a text for a number',
      { constant: 'x' },
      field('Field', { type: 'double' }),
      'failed: Field is of type double: the mapping gives it "x"',
    ],
    [
      'a value that a restricted picklist has not',
      { constant: 'Other' },
      field('Field', { ...PICKLIST, restrictedPicklist: true }),
      'failed: Field has no value "Other": it has Open, Closed',
    ],
    [
      'a constant that is too long',
      { constant: 'xyz' },
      field('Field', { length: 2 }),
      'failed: Field takes 2 characters',
    ],
    [
      'a cut above the length that the org has',
      { from: 'title', truncate: 500 },
      field('Field'),
      'warning: Field takes 80 characters, the mapping cuts at 500: set truncate to 80',
    ],
  ])('tells of %s', (_what, rule, org, message) => {
    expect(said(rule, org)).toEqual([expect.stringContaining(message)]);
  });

  it('tells of a standard length that the org has cut, of required fields, and of what a closed Lead is set to', () => {
    const org = [
      field('Title', { length: 100 }),
      field('Region__c', { nillable: false }),
      field('Status', { ...PICKLIST, restrictedPicklist: true }),
      field('OwnerId', { nillable: false, defaultedOnCreate: true }),
    ];
    const mapping = { fields: { Title: { from: 'title', truncate: true } }, deactivated: { set: { Status: 'Shut' } } };
    const messages = checkLeadFields(mapping, org, { Title: { length: 128 } }).map(({ message }) => message);
    expect(messages).toEqual([
      'Title takes 100 characters, the mapping cuts at 128: set truncate to 100',
      'Status has no value "Shut": it has Open, Closed',
      'the org requires Region__c of a Lead, and the mapping does not fill it: map it',
    ]);
  });
});

it('tells of a field by which Leads are to be found that Salesforce does not search', () => {
  const mapping = { fields: { A__c: { from: 'title' }, B__c: { from: 'title' } }, match: { by: ['A__c', 'B__c'] } };
  const messages = checkLeadFields(mapping, [field('A__c'), field('B__c', { filterable: false })], {});
  expect(messages).toMatchObject([
    { status: 'failed', message: 'Salesforce does not search B__c: take it out of match.by' },
  ]);
});

describe('the external id field', () => {
  const GOOD = { externalId: true, unique: true, length: 36 };
  const said = (more: Partial<LeadField>, name: string | undefined = 'SCIM_Id__c'): string =>
    checkExternalIdField(name, [field('SCIM_Id__c', more)])
      .map(({ status, message }) => `${status}: ${message}`)
      .join('\n');

  it('is right when it is a unique external id that can be written', () => {
    expect(said(GOOD)).toBe('ok: SCIM_Id__c is an external id, unique and can be written');
  });

  it('is told what it lacks', () => {
    expect(said({ ...GOOD, unique: false, length: 20 })).toBe(
      'failed: SCIM_Id__c is shorter than 36 characters, and is not unique: change the field in Setup',
    );
    expect(said({ ...GOOD, externalId: false })).toContain('is no external id');
    expect(said({ ...GOOD, caseSensitive: true })).toContain('warning: SCIM_Id__c treats "ABC" and "abc" as different');
    expect(said(GOOD, 'Other__c')).toContain("failed: the org's Lead has no field Other__c");
  });

  it('is advised where there is none', () => {
    expect(checkExternalIdField(undefined, [])).toMatchObject([{ status: 'warning' }]);
  });
});
