/** `reconcile`: whether Salesforce holds what the users say, and with `--repair` that it will. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import { systemClock } from '../../clock.ts';
import { FINDINGS } from '../../provisioning/look/reconcile-report.ts';
import type { Answer } from '../api/operations.ts';
import { CommandFailed } from './errors.ts';
import type { OnCall } from './on-call.ts';
import { onCallCommand, tell, type OnCallFlags } from './on-call-command.ts';
import { readNumber } from './option-values.ts';
import type { Paint } from './paint.ts';
import { count, startProgress } from './progress.ts';
import { EXIT, type Shell } from './shell.ts';
import { stoppable } from './stoppable.ts';
import { printTable } from './table.ts';

interface ReconcileFlags extends OnCallFlags {
  readonly delta?: boolean;
  readonly repair?: boolean;
  readonly samples: number;
  readonly quiet?: boolean;
}

const SAMPLES = 5;
/** The admin API keeps no more of a run. */
const MAX_SAMPLES = 200;

export const reconcileCommand = (shell: Shell): Command =>
  onCallCommand('reconcile', 'compare every Lead with what its user says; with --repair, make due what differs')
    .option('--delta', 'only Leads that changed since the last run that left nothing to repair')
    .option('--repair', 'make the users of drifted, missing and unlinked Leads due; a running service delivers them')
    .option('--samples <findings>', 'findings named of each kind', readNumber('--samples', 0, MAX_SAMPLES), SAMPLES)
    .option('--quiet', 'no progress')
    .addHelpText(
      'after',
      `
Writes nothing to Salesforce by itself. It runs in the service that --url names, or else here; one at a time. Exit code 1 when something is
left that differs: without --repair anything, with it what a person must look at (orphaned, duplicate, unmarked); or when it ended early.
docs/reconcile.md tells what each finding means.`,
    )
    .action(async (flags: ReconcileFlags) => {
      const { run } = await tell(shell, flags, (onCall) => reconcile(shell, onCall, flags), printReport);
      if (run.state === 'stopped') throw new CommandFailed('ended early: it was stopped');
      if (run.state !== 'completed')
        throw new CommandFailed(`ended early: ${run.error ?? 'its process ended without a word'}: run it again`);
      if (run.needsAttention === true) shell.exitCode = EXIT.failed;
    });

type Run = NonNullable<Answer<'readReconcile'>['run']>;
type Finding = Answer<'listFindings'>['findings'][number];

/** What `--json` prints. */
interface Reconciled {
  readonly run: Run;
  /** The first of each kind. */
  readonly findings: readonly Finding[];
}

async function reconcile(shell: Shell, onCall: OnCall, flags: ReconcileFlags): Promise<Reconciled> {
  const { delta = false, repair = false, samples } = flags;
  const body = { mode: delta ? 'delta' : 'full', repair };
  const { run: started } = await onCall.ask('startReconcile', { body });
  const run = await untilOver(shell, onCall, started?.id ?? '', flags);
  return { run, findings: firstOfEach(await readFindings(onCall), samples) };
}

/** A short run is not waited for longer than it takes, and a long one not asked for all the time. */
const FIRST_LOOK_MS = 50;
const LONGEST_LOOK_MS = 1_000;

/** Ctrl-C stops the run, wherever it is; what was found until then is told. */
async function untilOver(shell: Shell, onCall: OnCall, id: string, { quiet = false }: ReconcileFlags): Promise<Run> {
  const known = { total: 0 };
  const progress = startProgress(
    { verb: 'compared', total: known, quiet, noun: 'Leads and users' },
    systemClock,
    shell.stderr,
  );
  const stop = stoppable();
  let isTold = false;
  try {
    for (let waitMs = FIRST_LOOK_MS; ; waitMs = Math.min(LONGEST_LOOK_MS, waitMs * 2)) {
      await sleep(waitMs, undefined, isTold ? {} : { signal: stop.stopping }).catch(() => undefined);
      if (stop.stopping.aborted && !isTold) {
        isTold = true;
        await onCall.ask('cancelReconcile', { body: {} });
      }
      const { run } = await onCall.ask('readReconcile');
      if (run?.id !== id) throw new CommandFailed('another run has begun meanwhile: run it again when that has ended');
      if (run.state !== 'running') return run;
      known.total = run.total;
      progress.at(run.done);
    }
  } finally {
    stop.done();
    progress.end();
  }
}

async function readFindings(onCall: OnCall): Promise<readonly Finding[]> {
  const found: Finding[] = [];
  let cursor: string | undefined;
  do {
    const page = await onCall.ask('listFindings', { query: { limit: MAX_SAMPLES, cursor } });
    found.push(...page.findings);
    cursor = page.nextCursor;
  } while (cursor !== undefined);
  return found;
}

const firstOfEach = (findings: readonly Finding[], samples: number): readonly Finding[] =>
  FINDINGS.flatMap((kind) => findings.filter((one) => one.kind === kind).slice(0, samples));

function printReport({ run, findings }: Reconciled, paint: Paint): string {
  const { report } = run;
  if (!report) return '';
  const what = report.since === undefined ? 'full' : `Leads changed since ${report.since}`;
  const counted = FINDINGS.filter((kind) => (report.counts[kind] ?? 0) > 0);
  const sections = [
    `${what}: ${count(report.leads, 'Lead')} read\n`,
    counted.length === 0
      ? ''
      : printTable(
          ['found', 'users'],
          counted.map((kind) => [
            { text: kind, style: kind === 'unchanged' ? 'green' : undefined },
            count(report.counts[kind] ?? 0),
          ]),
          paint,
        ),
    report.fields.length === 0
      ? ''
      : printTable(
          ['drifted field', 'Leads'],
          report.fields.map(({ name, leads }) => [name, count(leads)]),
          paint,
        ),
    findings.length === 0 ? '' : printTable(HEADING, findings.map(toRow), paint),
    printEnd(run, report.repaired),
  ];
  return sections.filter((section) => section !== '').join('\n');
}

function printEnd({ repair, needsAttention }: Run, repaired: number): string {
  if (repair) return `${count(repaired, 'user')} made due\n`;
  return needsAttention === true
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
