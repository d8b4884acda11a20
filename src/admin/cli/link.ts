/** `link`: gives users the Leads that exist already, and these the external id of their user; no other field is written. */
import { Command } from 'commander';
import { JobBusy } from '../../provisioning/look/hold-job.ts';
import { LINKINGS, linkLeads, type LinkedUser, type LinkReport } from '../../provisioning/look/link.ts';
import type { Beside } from './beside-service.ts';
import { CommandFailed } from './errors.ts';
import { readNumber } from './option-values.ts';
import { count, startProgress } from './progress.ts';
import { painter, type Paint } from './paint.ts';
import { EXIT, printJson, say, type Shell } from './shell.ts';
import { stoppable } from './stoppable.ts';
import { printTable } from './table.ts';

interface LinkFlags {
  readonly dryRun?: boolean;
  readonly samples: number;
  readonly quiet?: boolean;
  readonly json?: boolean;
}

const SAMPLES = 5;

export const linkCommand = (shell: Shell): Command =>
  new Command('link')
    .description('link Leads that exist already to their users, by the match rules of the mapping')
    .option('--dry-run', 'only tell what would be linked')
    .option('--samples <users>', 'users named of each kind', readNumber('--samples', 0), SAMPLES)
    .option('--quiet', 'no progress')
    .option('--json', 'for scripts')
    .addHelpText(
      'after',
      `
Of a Lead only the external id is written; its other fields when the user is delivered. Run the service with DRY_RUN=true meanwhile, or
it links and writes by itself. Exit code 1 when users are left that wait for a person, or when it ended early.`,
    )
    .action(async (flags: LinkFlags) => {
      const { besideConnector } = await import('./beside-service.ts');
      const report = await besideConnector(shell.environment, (beside) =>
        linkBeside(shell, beside, flags).catch(refuseBusy),
      );
      if (flags.json) printJson(shell, report);
      else say(shell.stdout, printReport(report, flags, painter(shell.stdout, shell.environment)));
      if (report.fault) throw new CommandFailed(`ended early: ${report.fault.code}: ${report.fault.message}`);
      if (!report.complete) throw new CommandFailed('ended early: it was stopped');
      if (report.counts.ambiguous + report.counts.refused > 0) shell.exitCode = EXIT.failed;
    });

async function linkBeside(shell: Shell, { context, clock }: Beside, flags: LinkFlags): Promise<LinkReport> {
  const { dryRun = false, samples, quiet = false } = flags;
  const { refuseClosedGate } = await import('./beside-service.ts');
  await refuseClosedGate(context);
  const lanes = await context.store.countLanes(context.connector);
  const total = lanes.due + lanes.idle + lanes.parked;
  const progress = startProgress({ verb: 'looked at', total, quiet, noun: 'users' }, clock, shell.stderr);
  const stop = stoppable();
  try {
    const onProgress = (done: number): void => progress.at(done);
    return await linkLeads(context, { dryRun, samples, onProgress, stopping: stop.stopping });
  } finally {
    stop.done();
    progress.end();
  }
}

/** Somebody else's run is no fault of this program. */
function refuseBusy(error: unknown): never {
  throw error instanceof JobBusy ? new CommandFailed(error.message) : error;
}

function printReport({ counts, samples }: LinkReport, { dryRun = false }: LinkFlags, paint: Paint): string {
  const counted = LINKINGS.filter((kind) => counts[kind] > 0);
  const sections = [
    counted.length === 0
      ? 'no user is without a Lead\n'
      : printTable(
          [dryRun ? 'would be' : 'result', 'users'],
          counted.map((kind) => [kind, count(counts[kind])]),
          paint,
        ),
    samples.length === 0 ? '' : printTable(HEADING, samples.map(toRow), paint),
    dryRun ? 'nothing was written\n' : '',
  ];
  return sections.filter((section) => section !== '').join('\n');
}

const HEADING = ['result', 'user', 'Lead', 'why'];

const toRow = ({ kind, userId, leadId, code, reason }: LinkedUser): readonly string[] => [
  kind,
  userId,
  leadId ?? '',
  code === undefined ? reason : `${code}: ${reason}`,
];
