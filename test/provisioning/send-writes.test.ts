/** How many calls a batch may cost, and who is asked for with others. */
import { expect, it } from '@jest/globals';
import { sendWrites } from '../../src/provisioning/batch/send-writes.ts';
import type { WriteDecision } from '../../src/provisioning/delivery.ts';
import type { Fault, LeadOutcome, LeadTarget } from '../../src/provisioning/lead-target.ts';
import type { LaneError } from '../../src/storage/store.ts';
import { laneWith } from './support/lane.ts';

const decisionOf = (attempts: number, error?: LaneError): WriteDecision => ({
  kind: 'write',
  claimed: { lane: { ...laneWith(), lease: 'x', attempts, ...(error && { error }) }, version: 1 },
  write: { kind: 'create', fields: { LastName: attempts === 1 ? 'sound' : 'spoilt' } },
  action: 'create',
  reason: 'test',
  lead: {},
  then: 'idle',
});

const fault: Fault = {
  scope: 'request',
  status: 500,
  code: 'UNKNOWN_EXCEPTION',
  message: 'An unexpected error occurred.',
  fields: [],
  committed: 'maybe',
};
const ERROR = { class: 'unknown', code: fault.code, message: fault.message };

/** Refuses each call that holds what is spoilt. */
async function send(writes: readonly WriteDecision[]) {
  const sizes: number[] = [];
  const write: LeadTarget['write'] = (some) => {
    sizes.push(some.length);
    const isSpoilt = some.some((one) => 'fields' in one && one.fields['LastName'] === 'spoilt');
    return Promise.resolve(
      some.map((): LeadOutcome =>
        isSpoilt ? { kind: 'failed', fault } : { kind: 'done', leadId: '00Q000000000001AAA', created: true },
      ),
    );
  };
  const outcomes = await sendWrites({ target: { write }, random: () => 0.5 }, writes, Infinity);
  return { sizes, outcomes: writes.map((one) => outcomes.get(one)) };
}

it('a batch costs no more than 50 calls, also where each of many failed before; the others wait for the next', async () => {
  const suspects = Array.from({ length: 200 }, () => decisionOf(5, { ...ERROR, ofCall: true }));
  const { sizes, outcomes } = await send([decisionOf(1), ...suspects]);
  expect(sizes).toHaveLength(50);
  expect(outcomes[0]).toMatchObject({ kind: 'done' });
  expect(outcomes[49]).toMatchObject({ fault: { code: 'UNKNOWN_EXCEPTION' } });
  expect(outcomes.slice(50)).toEqual(
    outcomes
      .slice(50)
      .map(
        () => expect.objectContaining({ fault: expect.objectContaining({ code: 'DEADLINE' }) as unknown }) as unknown,
      ),
  );
});

it('who was refused by name before goes out with the others', async () => {
  const named = Array.from({ length: 20 }, () => decisionOf(1, ERROR));
  const again = named.map((one) => ({
    ...one,
    claimed: { ...one.claimed, lane: { ...one.claimed.lane, attempts: 4 } },
  }));
  expect((await send([decisionOf(1), ...again])).sizes).toEqual([21]);
});
