/** Which changes an attempt covered, and which attempts a change waited for. */
import { describe, expect, it } from '@jest/globals';
import { linkSteps, readTimelinePage, type Step, type TimelinePlace } from '../../src/operations/timeline.ts';
import type { AttemptEntry, ChangeEntry, JournalEntry } from '../../src/storage/store.ts';

const change = (seq: number, more: Partial<ChangeEntry> = {}): JournalEntry => ({
  seq,
  at: 1_000 * seq,
  kind: 'change',
  type: 'User',
  id: 'u',
  version: seq,
  detail: { operation: 'patch', actor: 'hr', requestId: `r${seq}`, changed: ['title'], ...more },
});
const attempt = (seq: number, covers: AttemptEntry['covers'], outcome: AttemptEntry['outcome']): JournalEntry => ({
  seq,
  at: 1_000 * seq,
  kind: 'attempt',
  type: 'User',
  id: 'u',
  version: 1,
  detail: { action: 'update', reason: 'x', outcome, fields: ['Title'], durationMs: 1, ...(covers && { covers }) },
});

describe('a timeline', () => {
  it('links several changes to the one attempt that sent the last of them', () => {
    const [first, second, sent] = linkSteps([change(1), change(2), attempt(3, { after: 0, upTo: 2 }, 'delivered')]);
    expect([first, second]).toMatchObject([
      { attempts: [3], isDelivered: true },
      { attempts: [3], isDelivered: true },
    ]);
    expect(sent).toMatchObject({ at: '1970-01-01T00:00:03.000Z', changes: [1, 2], requestIds: ['r1', 'r2'] });
  });

  it('links a change to each attempt that it took, and tells that none of them is delivered yet', () => {
    const failed = [attempt(2, { after: 0, upTo: 1 }, 'retried'), attempt(3, { after: 0, upTo: 1 }, 'parked')];
    expect(linkSteps([change(1), ...failed])[0]).toMatchObject({ attempts: [2, 3], isDelivered: false });
    const done = attempt(4, { after: 0, upTo: 1 }, 'delivered');
    expect(linkSteps([change(1), ...failed, done])[0]).toMatchObject({ attempts: [2, 3, 4], isDelivered: true });
  });

  it('leaves a change that came during an attempt to the next one', () => {
    const steps = linkSteps([
      change(1),
      change(2),
      attempt(3, { after: 0, upTo: 1 }, 'delivered'),
      attempt(4, { after: 1, upTo: 2 }, 'skipped'),
    ]);
    expect(steps).toMatchObject([
      { attempts: [3] },
      { attempts: [4], isDelivered: true },
      { changes: [1] },
      { changes: [2] },
    ]);
  });

  it('tells the request of an attempt whose changes the journal has forgotten, where the attempt says it', () => {
    const traced = attempt(9, { after: 3, upTo: 7 }, 'delivered');
    const entry = { ...traced, detail: { ...(traced.detail as AttemptEntry), requestId: 'r7' } };
    expect(linkSteps([entry, attempt(10, undefined, 'delivered')])).toMatchObject([
      { changes: [], requestIds: ['r7'] },
      { changes: [], requestIds: [] },
    ]);
  });

  it('tells who asked: request, credential, profile and client', () => {
    expect(linkSteps([change(1, { profile: 'entra', userAgent: 'azure' }), change(2)])).toMatchObject([
      { request: { id: 'r1', credential: 'hr', profile: 'entra', userAgent: 'azure' } },
      { request: { id: 'r2', credential: 'hr', profile: 'default' } },
    ]);
  });
});

describe('the pages of a timeline', () => {
  /** Each change is delivered by the attempt after it; the first change of all waited for 40 attempts. */
  const journal = [
    change(1),
    ...Array.from({ length: 40 }, (_, at) => attempt(2 + at, { after: 0, upTo: 1 }, 'retried')),
    ...Array.from({ length: 60 }, (_, at) => [
      change(42 + 2 * at),
      attempt(43 + 2 * at, { after: 41 + 2 * at, upTo: 42 + 2 * at }, 'delivered'),
    ]).flat(),
  ];
  const store = {
    readJournal: (_id: string, limit: number, before = Infinity) =>
      Promise.resolve(
        journal
          .filter(({ seq }) => seq < before)
          .reverse()
          .slice(0, limit),
      ),
    readEntries: () => Promise.resolve([]),
    readLane: () => Promise.resolve(undefined),
  };

  it.each([1, 2, 7, 50, 161, 200])('of %d entries make the whole timeline, with every link', async (limit) => {
    const steps: Step[] = [];
    let place: TimelinePlace | undefined;
    do {
      const page = await readTimelinePage(store, 'salesforce', 'u', limit, place);
      expect(page.steps.length).toBeLessThanOrEqual(limit);
      steps.push(...page.steps);
      place = page.next;
    } while (place);
    expect(steps).toEqual(linkSteps(journal).toReversed());
  });
});
