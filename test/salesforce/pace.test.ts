/** How many Leads a call holds: as many as the org does in good time, however slow it is. */
import { describe, expect, it } from '@jest/globals';
import { Pace } from '../../src/salesforce/pace.ts';

const SECOND = 1000;
const TIMEOUT_MS = 20 * SECOND;

/** What an org that needs so long for each record makes of full calls, one after the other. */
function play(pace: Pace, msPerRecord: number, calls: number): readonly number[] {
  return Array.from({ length: calls }, () => {
    const { records } = pace;
    const durationMs = records * msPerRecord;
    if (durationMs > TIMEOUT_MS) pace.noteTimeout(records);
    else pace.note(records, durationMs);
    return records;
  });
}

describe('the records of a call', () => {
  it.each([
    ['an org that answers at once', 0, [200, 1_000, 1_000]],
    ['an org that needs 5 ms for a record', 5, [200, 1_000, 1_000]],
    ['an org that needs 12 ms for a record', 12, [200, 400, 400]],
    ['an org that needs 50 ms for a record', 50, [200, 100, 100]],
    ['an org whose 200 take just longer than the time-out', 101, [200, 50, 49, 49]],
    ['an org that needs a second for a record', 1_000, [200, 50, 12, 5, 5]],
    ['an org that needs eight seconds for a record', 8_000, [200, 50, 12, 3, 1, 1]],
    ['an org that never answers', 60_000, [200, 50, 12, 3, 1, 1, 1]],
  ])('settle within a quarter of the time-out for %s', (_org, msPerRecord, expected) => {
    expect(play(new Pace(TIMEOUT_MS), msPerRecord, expected.length)).toEqual(expected);
  });

  it('become more again when the org is faster, step by step', () => {
    const pace = new Pace(TIMEOUT_MS);
    play(pace, 8_000, 5);
    expect(play(pace, 5, 6)).toEqual([1, 5, 25, 125, 600, 1_000]);
  });

  it('are at most half of a call that ran into the time-out, and no more for one that held fewer', () => {
    const pace = new Pace(TIMEOUT_MS);
    pace.noteTimeout(8);
    expect(pace.records).toBe(2);
    pace.note(1, 100);
    expect(pace.records).toBe(5);
    pace.note(1, 10);
    expect(pace.records).toBe(5);
  });

  it('are not fewer because a small call takes its time, but are when it takes too much', () => {
    const pace = new Pace(TIMEOUT_MS);
    pace.note(1, 400);
    expect(pace.records).toBe(200);
    pace.note(10, 10 * SECOND);
    expect(pace.records).toBe(5);
  });
});
