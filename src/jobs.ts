/** Work that is done at intervals: some by every process, some by one of all. */
import type { Logger } from 'pino';
import type { ClientsSeen } from './clients-seen.ts';
import type { SharedClock } from './clock.ts';
import type { Store } from './storage/store.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const SYNC_EVERY_MS = 5 * SECOND;
/** Less is what clocks are corrected by all the time. */
const STEP_BACK_MS = SECOND;
const FLUSH_CLIENTS_MS = 10 * SECOND;
const PRUNE_EVERY_MS = HOUR;
/** More often than the job is due: each look may come a moment too early. */
const PRUNE_LOOK_MS = 10 * MINUTE;
/** Entries a transaction: few enough that requests do not wait for it. */
const PRUNE_ENTRIES = 1_000;

export interface JobContext {
  readonly store: Store;
  readonly clock: SharedClock;
  readonly connector: string;
  /** How long the journal is kept; 0: for ever. */
  readonly journalDays: number;
  readonly clients: Pick<ClientsSeen, 'flush'>;
  readonly logger: Logger;
}

/** @returns how to stop them; resolves when none is at work */
export function startJobs(context: JobContext): () => Promise<void> {
  const stopping = new AbortController();
  const stops = [
    repeat(context, SYNC_EVERY_MS, 'clock', clockFollower(context)),
    repeat(context, FLUSH_CLIENTS_MS, 'clients', () => context.clients.flush()),
    repeat(context, PRUNE_LOOK_MS, 'journal', () => pruneJournal(context, stopping.signal)),
  ];
  return async () => {
    stopping.abort();
    await Promise.all(stops.map((stop) => stop()));
    // Nothing that would be worth failing a stop for.
    await context.clients.flush().catch(() => undefined);
  };
}

/** Waits that were counted by a clock that went back would last until it has caught up. @returns the job */
export function clockFollower({
  store,
  clock,
  connector,
  logger,
}: Omit<JobContext, 'journalDays' | 'clients'>): () => Promise<void> {
  // Until it succeeded once: the database may fail between the two.
  let isHastening = false;
  return async () => {
    const step = await clock.sync();
    if (Math.abs(step) > STEP_BACK_MS) logger.warn({ stepMs: Math.round(step) }, 'clock stepped');
    isHastening ||= step < -STEP_BACK_MS;
    if (isHastening) await store.hastenLanes(connector, clock.now());
    isHastening = false;
  };
}

/** One process an hour, in small transactions. @returns entries forgotten */
export async function pruneJournal(
  { store, clock, journalDays, logger }: Omit<JobContext, 'clients'>,
  stopping?: AbortSignal,
): Promise<number> {
  const now = clock.now();
  if (journalDays === 0 || !(await store.takeJob('prune journal', PRUNE_EVERY_MS, now))) return 0;
  let entries = 0;
  while (stopping?.aborted !== true) {
    const pruned = await store.pruneJournal(now - journalDays * DAY, PRUNE_ENTRIES);
    entries += pruned;
    if (pruned < PRUNE_ENTRIES) break;
  }
  if (entries > 0) logger.info({ entries }, 'journal pruned');
  return entries;
}

/** Runs `job` again and again, never twice at once; a failure is logged and tried again in its turn. */
export function repeat(
  { logger }: Pick<JobContext, 'logger'>,
  everyMs: number,
  name: string,
  job: () => Promise<unknown>,
) {
  let running: Promise<unknown> | undefined;
  let failures = 0;
  const fail = (error: unknown): void => {
    failures += 1;
    logger.warn({ job: name, err: error }, 'job failed');
  };
  const succeed = (): void => {
    if (failures > 0) logger.warn({ job: name, failures }, 'job succeeded again');
    failures = 0;
  };
  const run = (): void => {
    running ??= job()
      .then(succeed, fail)
      .finally(() => (running = undefined));
  };
  const timer = setInterval(run, everyMs).unref();
  run();
  return async (): Promise<void> => {
    clearInterval(timer);
    await running;
  };
}
