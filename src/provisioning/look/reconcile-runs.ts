/** Reconciliations that run inside the service: one at a time on a database, and any process tells how it goes. */
import { LEASE_MS, takeHeldJob, type HeldJob } from './hold-job.ts';
import type { LookContext } from './preview.ts';
import { reconcileHeld } from './reconcile.ts';
import type { Reconciliation } from './reconcile-report.ts';

interface ReconcileRequest {
  readonly delta: boolean;
  readonly repair: boolean;
  /** Who asked. */
  readonly actor: string;
}

/** Instants are epoch milliseconds. */
export interface ReconcileRun extends ReconcileRequest {
  readonly id: string;
  /** `lost`: its process ended without a word. */
  readonly state: 'running' | 'completed' | 'stopped' | 'failed' | 'lost';
  readonly startedAt: number;
  /** Of its last sign of life; of one that is over: when it ended. */
  readonly at: number;
  /** Leads and lanes together; the total grows while pages tell more. */
  readonly done: number;
  readonly total: number;
  /** Why it failed. */
  readonly error?: string;
  /** Of one that is over. */
  readonly report?: Reconciliation;
}

/** Findings that are kept of each kind: the record of a run stays small. */
const SAMPLES = 200;
const TELL_EVERY_MS = 1_000;

export class ReconcileRuns {
  readonly #context: LookContext;
  #running: Promise<void> | undefined;
  #controller = new AbortController();

  constructor(context: LookContext) {
    this.#context = context;
  }

  /** @returns as soon as it runs @throws JobBusy, StorageUnavailable */
  async start(request: ReconcileRequest): Promise<ReconcileRun> {
    const { store, now, newId } = this.#context;
    const job = await takeHeldJob(store, 'reconcile', now);
    const startedAt = now();
    const run: ReconcileRun = {
      ...request,
      id: newId(),
      state: 'running',
      startedAt,
      at: startedAt,
      done: 0,
      total: 0,
    };
    try {
      await this.#tell(run);
    } catch (error) {
      await job.giveBack();
      throw error;
    }
    this.#controller = new AbortController();
    this.#running = this.#go(run, job).finally(() => (this.#running = undefined));
    return run;
  }

  /** The one that runs, else the last one, in whichever process. */
  async latest(): Promise<ReconcileRun | undefined> {
    const { store, now } = this.#context;
    const text = await store.readSetting(this.#name('run'));
    if (text === undefined) return undefined;
    // Written by `#tell` only.
    const run = JSON.parse(text) as ReconcileRun;
    return run.state === 'running' && run.at + LEASE_MS < now() ? { ...run, state: 'lost' } : run;
  }

  /** The page under way is finished first. @returns whether there is one to stop */
  async cancel(): Promise<boolean> {
    const run = await this.latest();
    if (run?.state !== 'running') return false;
    await this.#context.store.writeSetting(this.#name('stop'), run.id);
    return true;
  }

  /** For the end of the process. */
  async stop(): Promise<void> {
    this.#controller.abort();
    await this.#running;
  }

  async #go(run: ReconcileRun, job: HeldJob): Promise<void> {
    const progress = { done: 0, total: 0 };
    let look = Promise.resolve();
    const looking = setInterval(() => {
      look = look.then(() => this.#look({ ...run, ...progress })).catch(() => undefined);
    }, TELL_EVERY_MS);
    try {
      const over = await this.#reconcile(run, job, progress);
      clearInterval(looking);
      // The last word is not overtaken by the one before.
      await look;
      await this.#tell({ ...run, ...progress, ...over, at: this.#context.now() });
    } catch {
      // The database is away: the run is lost after a while, and told so.
    } finally {
      clearInterval(looking);
      await job.giveBack().catch(() => undefined);
    }
  }

  async #reconcile(
    { delta, repair }: ReconcileRun,
    job: HeldJob,
    progress: { done: number; total: number },
  ): Promise<Pick<ReconcileRun, 'state' | 'report' | 'error'>> {
    const onProgress = (done: number, total: number): void => void Object.assign(progress, { done, total });
    const { signal: stopping } = this.#controller;
    try {
      const report = await reconcileHeld(this.#context, { delta, repair, samples: SAMPLES, onProgress, stopping }, job);
      if (report.complete) return { state: 'completed', report };
      const { fault } = report;
      return fault
        ? { state: 'failed', report, error: `${fault.code}: ${fault.message}` }
        : { state: 'stopped', report };
    } catch (error) {
      return { state: 'failed', error: error instanceof Error ? error.message : String(error) };
    }
  }

  /** Tells how far it is, and hears whether it shall stop. */
  async #look(run: ReconcileRun): Promise<void> {
    const { store, now } = this.#context;
    if ((await store.readSetting(this.#name('stop'))) === run.id) this.#controller.abort();
    await this.#tell({ ...run, at: now() });
  }

  #tell(run: ReconcileRun): Promise<void> {
    return this.#context.store.writeSetting(this.#name('run'), JSON.stringify(run));
  }

  readonly #name = (what: 'run' | 'stop'): string => `reconcile ${what} ${this.#context.connector}`;
}
