/** A settlement of a test: a delivered create, but for what the test says. */
import type { LeasedLane, Settlement } from '../../../src/storage/store.ts';

export const settlement = (lane: LeasedLane, more: Partial<Settlement> = {}): Settlement => ({
  userId: lane.userId,
  state: 'idle',
  dueAt: 0,
  attempts: 0,
  seenSeq: lane.tailSeq,
  seenDoubts: lane.doubts,
  delivered: true,
  lead: { leadId: '00Q000000000001AAA', origin: 'created', told: '{"LastName":"x"}' },
  version: 1,
  attempt: { action: 'create', reason: 'new user', outcome: 'delivered', fields: ['LastName'], durationMs: 5 },
  ...more,
});
