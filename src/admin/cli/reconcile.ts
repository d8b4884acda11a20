/** `reconcile`: whether Salesforce holds what the users say, and with `--repair` that it will. */
import { Command } from 'commander';
import { readConfig, type Config } from '../../config.ts';
import { JobBusy } from '../../provisioning/hold-job.ts';
import { reconcile } from '../../provisioning/reconcile.ts';
import { FINDINGS, leavesDrift, type Finding, type Reconciliation } from '../../provisioning/reconcile-report.ts';
import { besideConnector, refuseClosedGate, type Beside } from './beside-service.ts';
import { CommandFailed } from './errors.ts';
import { readNumber } from './option-values.ts';
import { count, startProgress } from './progress.ts';
import { stoppable } from './stoppable.ts';
import { instant, printTable } from './table.ts';

interface ReconcileOptions {
  readonly delta?: boolean;
  readonly repair?: boolean;
  readonly samples: number;
  readonly quiet?: boolean;
  readonly json?: boolean;
}

const SAMPLES = 5;
const FAILED = 1;

export const reconcileCommand = (): Command =>
  new Command('reconcile')
    .description('compare every Lead with what its user says; with --repair, make due what differs')
    .option('--delta', 'only Leads that changed since the last run that left nothing to repair')
    .option('--repair', 'make the users of drifted, missing and unlinked Leads due; a running service delivers them')
    .option('--samples <findings>', 'findings named of each kind', readNumber('--samples', 0), SAMPLES)
    .option('--quiet', 'no progress')
    .option('--json', 'for scripts')
    .addHelpText(
      'after',
      `
Writes nothing to Salesforce by itself. Exit code 1 when something is left that differs: without --repair anything, with it what a
person must look at (orphaned, duplicate, unmarked); or when it ended early. docs/reconcile.md tells what each finding means.`,
    )
    .action(async (options: ReconcileOptions) => {
      const report = await runReconcile(readConfig(), options);
      const left = leavesDrift(report, options.repair === true);
      process.stdout.write(
        options.json ? `${JSON.stringify({ ...report, left }, null, 2)}\n` : printReport(report, options),
      );
      if (report.fault) throw new CommandFailed(`ended early: ${report.fault.code}: ${report.fault.message}`);
      if (!report.complete) throw new CommandFailed('ended early: it was stopped');
      if (left) process.exitCode = FAILED;
    });

const runReconcile = (config: Config, options: ReconcileOptions): Promise<Reconciliation> =>
  besideConnector(config, async (beside) => {
    await refuseClosedGate(beside.context);
    return reconcileBeside(beside, options).catch(refuseBusy);
  });

async function reconcileBeside({ context, clock }: Beside, options: ReconcileOptions): Promise<Reconciliation> {
  const { delta = false, repair = false, samples, quiet = false } = options;
  const stop = stoppable();
  const known = { total: 0 };
  const progress = startProgress({ verb: 'compared', total: known, quiet, noun: 'Leads and users' }, clock);
  const onProgress = (done: number, total: number): void => {
    known.total = total;
    progress.at(done);
  };
  try {
    return await reconcile(context, { delta, repair, samples, onProgress, stopping: stop.stopping });
  } finally {
    stop.done();
    progress.end();
  }
}

/** Somebody else's run is no fault of this program. */
export function refuseBusy(error: unknown): never {
  throw error instanceof JobBusy ? new CommandFailed(error.message) : error;
}

function printReport(report: Reconciliation, { repair = false }: ReconcileOptions): string {
  const what = report.since === undefined ? 'full' : `Leads changed since ${instant(report.since)}`;
  const counted = FINDINGS.filter((kind) => report.counts[kind] > 0);
  const sections = [
    `${what}: ${count(report.leads, 'Lead')} read\n`,
    counted.length === 0
      ? ''
      : printTable(
          ['found', 'users'],
          counted.map((kind) => [kind, count(report.counts[kind])]),
        ),
    report.fields.length === 0
      ? ''
      : printTable(
          ['drifted field', 'Leads'],
          report.fields.map(({ name, leads }) => [name, count(leads)]),
        ),
    report.samples.length === 0 ? '' : printTable(HEADING, report.samples.map(toRow)),
    printEnd(report, repair),
  ];
  return sections.filter((section) => section !== '').join('\n');
}

function printEnd(report: Reconciliation, repair: boolean): string {
  if (repair) return `${count(report.repaired, 'user')} made due\n`;
  return leavesDrift(report, false)
    ? 'nothing was changed: --repair makes due what can be repaired\n'
    : 'nothing differs\n';
}

const HEADING = ['finding', 'user', 'Lead', 'details'];

const toRow = ({ kind, userId, leadId, otherLeadId, fields }: Finding): readonly string[] => [
  kind,
  userId ?? '',
  leadId ?? '',
  otherLeadId === undefined ? (fields ?? []).join(', ') : `the user has ${otherLeadId}`,
];
