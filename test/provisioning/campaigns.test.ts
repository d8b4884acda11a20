import { describe, expect, it } from '@jest/globals';
import { afterWriting, planMembers, readKnown, whileWriting } from '../../src/provisioning/batch/campaigns.ts';
import { inherit } from '../../src/provisioning/batch/take-over.ts';
import { LEAD_ID, laneWith } from './support/lane.ts';
import { compileFields } from './support/mapping.ts';

const RULE = { group: 'VIP', campaign: 'Spring' };
const SPRING = '701000000000001AAA';
const JOIN = { kind: 'join', leadId: LEAD_ID, campaign: 'Spring' } as const;

describe('the campaigns of a Lead', () => {
  it('are left by the id that they had when the Lead came into them', () => {
    const joined = afterWriting(readKnown({}, LEAD_ID), [JOIN], () => ({ kind: 'done', campaignId: SPRING }));
    const stored = readKnown({ campaigns: JSON.stringify(joined) }, LEAD_ID);
    expect(planMembers(stored, [RULE])).toEqual([]);
    const [leave, ...others] = planMembers(stored, []);
    expect([leave, others]).toEqual([{ kind: 'leave', leadId: LEAD_ID, campaign: 'Spring', campaignId: SPRING }, []]);
    // A leave that is lost is sent again, for the same campaign.
    expect(planMembers(whileWriting(stored, leave ? [leave] : []), [])).toEqual([leave]);
  });

  it.each([
    ['in', []],
    ['unsure', [JOIN]],
  ])('that were stored as %s, before ids were kept, are known still', (state, wanted) => {
    const stored = readKnown({ campaigns: JSON.stringify({ leadId: LEAD_ID, campaigns: { Spring: state } }) }, LEAD_ID);
    expect(planMembers(stored, [RULE])).toEqual(wanted);
    expect(planMembers(stored, [])).toEqual([{ kind: 'leave', leadId: LEAD_ID, campaign: 'Spring' }]);
  });

  it('of another Lead are none', () => {
    const stored = { campaigns: JSON.stringify({ leadId: 'other', campaigns: { Spring: { isSure: true } } }) };
    expect(readKnown(stored, LEAD_ID).campaigns).toEqual({});
  });

  it.each([
    [0, []],
    [1, [JOIN]],
  ])('go over with it to another user, with %s doubts about them', (doubts, writes) => {
    const known = afterWriting(readKnown({}, LEAD_ID), [JOIN], () => ({ kind: 'done', campaignId: SPRING }));
    const old = { ...laneWith({ leadId: LEAD_ID }), doubts, campaigns: JSON.stringify(known) };
    const { from } = inherit(old, 'heir', 'e-mail', { mapping: compileFields({}), target: {} });
    expect(planMembers(readKnown(from, LEAD_ID), [RULE])).toEqual(writes);
  });
});
