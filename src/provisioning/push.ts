/** One user at once: its lane before all others, and what became of it. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { AttemptEntry, Gate, JournalEntry, Lane, Pause } from '../storage/store.ts';
import type { DeliveryContext } from './delivery.ts';

interface PushOptions {
  /** Whether all mapped fields are sent again, whatever Salesforce was told. */
  readonly resend: boolean;
  /** Milliseconds to wait for the outcome. */
  readonly waitMs: number;
  /** Milliseconds between looks. */
  readonly pollMs: number;
}

export interface Pushed {
  /** The attempt that was made; absent: none was within the time. */
  readonly attempt?: AttemptEntry;
  /** Absent: the user is gone and nothing more is to be done. */
  readonly lane?: Lane;
  /** What keeps the whole connector from sending. */
  readonly gate?: Gate;
  readonly pause?: Pause;
}

type PushContext = Pick<DeliveryContext, 'store' | 'connector' | 'now'>;

/** @returns undefined when nothing is to be delivered for such a user */
export async function pushUser(
  context: PushContext,
  userId: string,
  { resend, waitMs, pollMs }: PushOptions,
): Promise<Pushed | undefined> {
  const { store, connector, now } = context;
  const before = (await latest(context, userId))?.seq ?? 0;
  if (!(await store.pushLane(connector, userId, resend, now()))) return undefined;
  const until = now() + waitMs;
  for (;;) {
    const lane = await store.readLane(connector, userId);
    const attempt = attemptSince(await latest(context, userId), before);
    const isOver = attempt !== undefined && (isFailed(attempt) || lane?.state !== 'due');
    if (isOver || now() >= until) return describe(context, attempt, lane);
    await sleep(pollMs);
  }
}

const latest = async ({ store }: PushContext, userId: string): Promise<JournalEntry | undefined> =>
  (await store.readJournal(userId, 1))[0];

function attemptSince(entry: JournalEntry | undefined, before: number): AttemptEntry | undefined {
  if (entry?.kind !== 'attempt' || entry.seq <= before) return undefined;
  // An entry of this kind has such a detail.
  return entry.detail as AttemptEntry;
}

/** It is tried again by itself, later. */
const isFailed = ({ outcome }: AttemptEntry): boolean => outcome === 'retried' || outcome === 'gated';

async function describe(
  { store, connector }: PushContext,
  attempt: AttemptEntry | undefined,
  lane: Lane | undefined,
): Promise<Pushed> {
  const { gate, pause } = await store.readConnector(connector);
  return { ...(attempt && { attempt }), ...(lane && { lane }), ...(gate && { gate }), ...(pause && { pause }) };
}
