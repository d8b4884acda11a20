/**
 * Whether Salesforce holds what the users say: every Lead compared with what the mapping makes of its user. Nothing is written to
 * Salesforce; a repair makes lanes due, so that order, limits and policies are those of every delivery.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Lane } from '../../storage/store.ts';
import { classifyFault } from '../policy/classify.ts';
import { compareLeads, compareRest, type Judged } from './compare-leads.ts';
import { comparedFields } from '../batch/drift.ts';
import { takeHeldJob, type HeldJob } from './hold-job.ts';
import type { Fault, LeadPage } from '../lead-target.ts';
import type { LookContext } from './preview.ts';
import { Findings, REPAIRABLE, UNREPAIRABLE, type Reconciliation } from './reconcile-report.ts';

export interface ReconcileOptions {
  /** Only Leads that changed since the last run that left nothing to repair; all of them when there was none. */
  readonly delta: boolean;
  /** Whether what drifted is made due. */
  readonly repair: boolean;
  /** Findings named of each kind. */
  readonly samples: number;
  /** @param done and total: Leads and lanes together; the total grows while pages tell more */
  readonly onProgress: (done: number, total: number) => void;
  readonly stopping?: AbortSignal;
  /** Pause before Salesforce is asked again after an outage. Default 2 s, then longer. */
  readonly retryMs?: number;
}

/** Long transactions of Salesforce may show a change later than the time that it bears, and clocks differ. */
const OVERLAP_MS = 15 * 60_000;
/** Lanes a page: what one query page of Salesforce holds. */
const PAGE = 2_000;
/** For one call with its login. */
const CALL_MS = 60_000;
const ATTEMPTS = 3;
const RETRY_MS = 2_000;

/** @throws JobBusy, StorageUnavailable */
export async function reconcile(context: LookContext, options: ReconcileOptions): Promise<Reconciliation> {
  const job = await takeHeldJob(context.store, 'reconcile', context.now);
  try {
    return await reconcileHeld(context, options, job);
  } finally {
    await job.giveBack();
  }
}

/** @param job that the caller took and gives back @throws StorageUnavailable */
export const reconcileHeld = (context: LookContext, options: ReconcileOptions, job: HeldJob): Promise<Reconciliation> =>
  new Run(context, options, job).run();

class Run {
  readonly #context: LookContext;
  readonly #options: ReconcileOptions;
  readonly #job: HeldJob;
  readonly #findings: Findings;
  readonly #fields: readonly string[];
  /** Users whose Lead was met among those of Salesforce: some 100 bytes each. */
  readonly #met = new Set<string>();
  #done = 0;
  #total = 0;
  #fault: Fault | undefined;
  #isLost = false;

  constructor(context: LookContext, options: ReconcileOptions, job: HeldJob) {
    this.#context = context;
    this.#options = options;
    this.#job = job;
    this.#findings = new Findings(options.samples);
    this.#fields = comparedFields(context.mapping);
  }

  async run(): Promise<Reconciliation> {
    const startedAt = this.#context.now();
    const since = this.#options.delta ? await readWatermark(this.#context) : undefined;
    await this.#compareLeads(since);
    if (since === undefined) await this.#compareLanes();
    const complete = !this.#mustStop();
    const result = this.#findings.result();
    const isLeft = !this.#options.repair && REPAIRABLE.some((kind) => result.counts[kind] > 0);
    if (complete && !isLeft) await writeWatermark(this.#context, startedAt - OVERLAP_MS);
    await this.#tellDrift(result);
    return {
      kind: since === undefined ? 'full' : 'delta',
      ...(since !== undefined && { since }),
      complete,
      ...(this.#fault && { fault: this.#fault }),
      ...result,
    };
  }

  /** Also of a run that was stopped, and of what is repaired: somebody changes Leads beside the service. */
  async #tellDrift({ counts, repaired }: Pick<Reconciliation, 'counts' | 'repaired'>): Promise<void> {
    const { store, connector, now } = this.#context;
    const found = [...REPAIRABLE, ...UNREPAIRABLE].filter((kind) => counts[kind] > 0);
    if (found.length === 0) return;
    const detail = { counts: Object.fromEntries(found.map((kind) => [kind, counts[kind]])), repaired };
    await store.leaveNotice({ event: 'reconcile.drift', connector, at: now(), detail });
  }

  /** Page by page what Salesforce tells; an org without an external-id field tells only changes. */
  async #compareLeads(changedSince: number | undefined): Promise<void> {
    const { target, now } = this.#context;
    const lanes = await this.#context.store.countLanes(this.#context.connector);
    this.#total = changedSince === undefined ? lanes.idle + lanes.due + lanes.parked : 0;
    if (target.externalIdField === undefined && changedSince === undefined) return;
    // Later pages are of the answer to the first.
    const askedAt = now();
    const request = { fields: this.#fields, ...(changedSince !== undefined && { changedSince }) };
    for (let next: string | undefined = ''; next !== undefined && !this.#mustStop();) {
      const from: string = next;
      const page = await this.#ask((deadline) =>
        target.listLeads(from === '' ? request : { ...request, next: from }, deadline),
      );
      if (!page) return;
      if (from === '') this.#total += page.total;
      this.#findings.addLeads(page.leads.length);
      const told = { leads: page.leads, askedAt };
      await this.#take(await compareLeads(this.#context, told, changedSince !== undefined), page.leads.length);
      next = page.next;
    }
  }

  /** What no page of Salesforce told of: Leads that are gone, have lost their external id, or never had one. */
  async #compareLanes(): Promise<void> {
    let after: string | undefined;
    do {
      const lanes = await this.#readLanes(after);
      if (this.#mustStop()) return;
      const rest = lanes.filter(({ userId }) => !this.#met.has(userId));
      const ids = rest.flatMap(({ state, leadId }) => (state === 'idle' && leadId !== undefined ? [leadId] : []));
      const askedAt = this.#context.now();
      const page = await this.#ask((deadline) => this.#context.target.readLeads(ids, this.#fields, deadline));
      if (!page) return;
      if (this.#context.target.externalIdField === undefined) this.#findings.addLeads(page.leads.length);
      await this.#take(await compareRest(this.#context, rest, { leads: page.leads, askedAt }), lanes.length);
      after = lanes.length < PAGE ? undefined : lanes.at(-1)?.userId;
    } while (after !== undefined);
  }

  #readLanes(after: string | undefined): Promise<readonly Lane[]> {
    const { store, connector } = this.#context;
    return store.listLanes({ connector, limit: PAGE, ...(after !== undefined && { after }) });
  }

  async #take(judged: readonly Judged[], done: number): Promise<void> {
    const { store, connector, now } = this.#context;
    for (const { finding, isMet } of judged) {
      this.#findings.add(finding);
      if (isMet && finding.userId !== undefined) this.#met.add(finding.userId);
    }
    const repairs = judged.flatMap(({ repair }) => (repair ? [repair] : []));
    if (this.#options.repair && repairs.length > 0)
      this.#findings.addRepaired(await store.repairLanes(connector, repairs, now()));
    this.#done += done;
    this.#options.onProgress(this.#done, Math.max(this.#total, this.#done));
    if (!(await this.#job.keep())) this.#isLost = true;
  }

  #mustStop(): boolean {
    return this.#fault !== undefined || this.#isLost || this.#options.stopping?.aborted === true;
  }

  /** @returns undefined when Salesforce could not be asked; an outage is waited for a little, all else ends the run */
  async #ask(call: (deadline: number) => Promise<LeadPage>): Promise<Extract<LeadPage, { kind: 'page' }> | undefined> {
    for (let attempt = 1; ; attempt += 1) {
      const page = await call(this.#context.now() + CALL_MS);
      if (page.kind === 'page') return page;
      if (classifyFault(page.fault) !== 'outage' || attempt === ATTEMPTS) {
        this.#fault = page.fault;
        return undefined;
      }
      await sleep((this.#options.retryMs ?? RETRY_MS) * attempt);
    }
  }
}

const watermarkOf = ({ connector }: LookContext): string => `reconciled ${connector}`;

async function readWatermark(context: LookContext): Promise<number | undefined> {
  const text = await context.store.readSetting(watermarkOf(context));
  return text === undefined ? undefined : Number(text);
}

const writeWatermark = (context: LookContext, since: number): Promise<void> =>
  context.store.writeSetting(watermarkOf(context), String(since));
