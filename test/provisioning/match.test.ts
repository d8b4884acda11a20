/** Whether a user without a known Lead gets a new one or one that is in Salesforce already. */
import { describe, expect, it } from '@jest/globals';
import { hintFor } from '../../src/provisioning/policy/hints.ts';
import type { FoundLead } from '../../src/provisioning/lead-target.ts';
import { matchLead, type Match, type MatchInput } from '../../src/provisioning/batch/match.ts';
import { laneWith } from './support/lane.ts';

const lane = laneWith();
const lost = laneWith({ origin: 'created' });
const open: FoundLead = { leadId: '00Q1', value: 'robin@example.com', isConverted: false };
const second: FoundLead = { ...open, leadId: '00Q2' };
const converted: FoundLead = { ...open, leadId: '00Q3', isConverted: true };
const own: FoundLead = { ...open, leadId: '00Q4', externalId: lane.userId };
const foreign: FoundLead = { ...open, leadId: '00Q5', externalId: 'another user' };

const create: Match = { kind: 'create' };
const adopted = (leadId: string): Match => ({
  kind: 'link',
  leadId,
  origin: 'adopted',
  reason: 'Lead with the same e-mail adopted',
});
const skip = (ids: string): Match => ({ kind: 'skip', reason: `Salesforce has a Lead with this e-mail: ${ids}` });
const park = (code: string, message: string): Match => {
  const hint = hintFor({ code, message });
  if (hint === undefined) throw new TypeError(`${code} has no hint`);
  return { kind: 'park', error: { class: 'policy', code, message, hint } };
};
interface Case extends Partial<Omit<MatchInput, 'by'>> {
  readonly title: string;
  readonly by?: string | undefined;
  readonly match: Match;
}

const exists = (ids: string): Match => park('LEAD_EXISTS', `Salesforce has a Lead with this e-mail: ${ids}`);
const ambiguous = (ids: string): Match => park('AMBIGUOUS_MATCH', `several Leads have this e-mail: ${ids}`);
const followed = (...leads: [FoundLead, ...FoundLead[]]): Match => ({
  kind: 'converted',
  leads,
  origin: 'adopted',
  reason: 'the Lead with this e-mail was converted',
});

const BY_EMAIL: readonly Case[] = [
  { title: 'creates a Lead when there is none', candidates: [], onMatch: 'adopt', match: create },
  { title: 'creates a Lead when there is none to skip', candidates: [], onMatch: 'skip', match: create },
  { title: 'creates a Lead when there is none to park for', candidates: [], onMatch: 'park', match: create },
  { title: 'adopts the only Lead', candidates: [open], onMatch: 'adopt', match: adopted('00Q1') },
  { title: 'skips because of the only Lead', candidates: [open], onMatch: 'skip', match: skip('00Q1') },
  { title: 'parks because of the only Lead', candidates: [open], onMatch: 'park', match: exists('00Q1') },
  { title: 'follows a converted Lead', candidates: [converted], onMatch: 'adopt', match: followed(converted) },
  {
    title: 'follows several converted Leads, which may be one Contact',
    candidates: [converted, { ...converted, leadId: '00Q9' }],
    onMatch: 'adopt',
    match: followed(converted, { ...converted, leadId: '00Q9' }),
  },
  { title: 'skips because of a converted Lead', candidates: [converted], onMatch: 'skip', match: skip('00Q3') },
  { title: 'parks because of a converted Lead', candidates: [converted], onMatch: 'park', match: exists('00Q3') },
  {
    title: 'never chooses among several Leads',
    candidates: [open, second],
    onMatch: 'adopt',
    match: ambiguous('00Q1, 00Q2'),
  },
  {
    title: 'never chooses between a Lead and a converted one',
    candidates: [open, converted],
    onMatch: 'adopt',
    match: ambiguous('00Q1, 00Q3'),
  },
  { title: 'skips because of several Leads', candidates: [open, second], onMatch: 'skip', match: skip('00Q1, 00Q2') },
  { title: 'parks because of several Leads', candidates: [open, second], onMatch: 'park', match: exists('00Q1, 00Q2') },
];

const BY_EXTERNAL_ID: readonly Case[] = [
  {
    title: 'links the Lead with the external id of the user, whatever else there is',
    candidates: [open, own, converted],
    onMatch: 'park',
    match: { kind: 'link', leadId: '00Q4', origin: 'adopted', reason: 'Lead has the external id of this user' },
  },
  {
    title: 'links it whatever the case of the external id',
    candidates: [{ ...own, externalId: lane.userId.toUpperCase() }],
    match: { kind: 'link', leadId: '00Q4', origin: 'adopted', reason: 'Lead has the external id of this user' },
  },
  {
    title: 'remembers that it was created here',
    lane: laneWith({ origin: 'created' }),
    candidates: [own],
    match: { kind: 'link', leadId: '00Q4', origin: 'created', reason: 'Lead has the external id of this user' },
  },
  {
    title: 'remembers that it was adopted before',
    lane: laneWith({ origin: 'adopted' }),
    candidates: [own],
    match: { kind: 'link', leadId: '00Q4', origin: 'adopted', reason: 'Lead has the external id of this user' },
  },
  {
    title: 'parks when several Leads have the external id of the user',
    candidates: [own, { ...own, leadId: '00Q6' }],
    onMatch: 'skip',
    match: park('AMBIGUOUS_MATCH', "several Leads have this user's external id: 00Q4, 00Q6"),
  },
  {
    title: 'follows the Lead with the external id of the user when it was converted',
    candidates: [{ ...own, isConverted: true }],
    onMatch: 'park',
    match: {
      kind: 'converted',
      leads: [{ ...own, isConverted: true }],
      origin: 'adopted',
      reason: 'the Lead with the external id of this user was converted',
    },
  },
  {
    title: 'follows a converted Lead whatever id it carries, for nobody can take it away, where nothing else is found',
    candidates: [{ ...foreign, isConverted: true }],
    match: followed({ ...foreign, isConverted: true }),
  },
  {
    title: 'prefers a Lead that is free',
    candidates: [{ ...foreign, isConverted: true }, open],
    match: adopted('00Q1'),
  },
  { title: 'ignores a Lead of another user', candidates: [foreign], match: create },
  { title: 'adopts a Lead beside one of another user', candidates: [foreign, open], match: adopted('00Q1') },
  { title: 'creates again when an earlier create may be on its way', lane: lost, match: create },
  { title: 'adopts a free Lead even so', lane: lost, candidates: [open], match: adopted('00Q1') },
];

type Row = Omit<Case, 'title' | 'match'>;

function match(defaults: Row, row: Row): Match {
  const { by, ...input } = { by: 'Email', ...defaults, ...row };
  return matchLead({
    lane,
    candidates: [],
    onMatch: 'adopt',
    ...input,
    ...(by !== undefined && { by }),
  });
}

describe('a Lead with the same e-mail', () => {
  it.each(BY_EMAIL)('$title', (row) => {
    expect(match({}, row)).toEqual(row.match);
  });
});

describe('in an org with an external-id field', () => {
  it.each(BY_EXTERNAL_ID)('$title', (row) => expect(match({}, row)).toEqual(row.match));
});

it('a user without e-mail gets a Lead when no create is on its way', () => {
  expect(match({}, { by: undefined })).toEqual(create);
});

it.each([
  { candidates: [open], onMatch: 'adopt', says: 'Lead with the same Phone adopted' },
  { candidates: [open], onMatch: 'skip', says: 'Salesforce has a Lead with this Phone: 00Q1' },
  { candidates: [open, second], onMatch: 'adopt', says: 'several Leads have this Phone: 00Q1, 00Q2' },
] as const)('names the field by which Leads were found: $says', ({ says, ...row }) => {
  const found = match({ by: 'Phone' }, row);
  expect('reason' in found ? found.reason : 'error' in found && found.error.message).toBe(says);
});
