/** `preview --all`: the whole connector as it would act now, counted and with reasons. */
import { simulate, type SimulatedGroup, type Simulation } from '../../provisioning/look/simulate.ts';
import { VERDICTS } from '../../provisioning/batch/verdict.ts';
import { besideConnector, refuseClosedGate, type Beside } from './beside-service.ts';
import { CommandFailed, UsageError } from './errors.ts';
import { accessOf } from './on-call-command.ts';
import { painter, type Paint } from './paint.ts';
import { count, startProgress } from './progress.ts';
import { printJson, say, type Shell } from './shell.ts';
import { stoppable } from './stoppable.ts';
import { printTable } from './table.ts';

export interface PreviewAllFlags {
  readonly due?: boolean;
  readonly samples: number;
  readonly quiet?: boolean;
  readonly json?: boolean;
  readonly url?: string;
}

/** @throws CommandFailed when Salesforce could not be asked to the end; what was found is printed before */
export async function previewAll(shell: Shell, flags: PreviewAllFlags): Promise<void> {
  if (accessOf(shell, flags.url).url !== undefined)
    throw new UsageError(
      'preview of all works on the database: run it beside the service, without --url and SCIM_SALESFORCE_URL',
    );
  const report = await besideConnector(shell.environment, (beside) => simulateBeside(shell, beside, flags));
  if (flags.json) printJson(shell, report);
  else say(shell.stdout, printSimulation(report, painter(shell.stdout, shell.environment)));
  if (report.fault) throw new CommandFailed(`ended early: ${report.fault.code}: ${report.fault.message}`);
  if (report.stopped) throw new CommandFailed('ended early: it was stopped');
}

async function simulateBeside(
  shell: Shell,
  { context, clock }: Beside,
  { due, samples, quiet = false }: PreviewAllFlags,
): Promise<Simulation & { readonly stopped: boolean }> {
  await refuseClosedGate(context);
  const lanes = await context.store.countLanes(context.connector);
  const total = due ? lanes.due : lanes.due + lanes.idle + lanes.parked;
  const progress = startProgress({ verb: 'previewed', total, quiet, noun: 'users' }, clock, shell.stderr);
  const stop = stoppable();
  const report = await simulate(context, {
    samples,
    onProgress: (users) => progress.at(users),
    stopping: stop.stopping,
    ...(due && { state: 'due' }),
  }).finally(() => stop.done());
  progress.end();
  return { ...report, stopped: stop.stopping.aborted };
}

function printSimulation({ counts, groups }: Simulation, paint: Paint): string {
  const sums = VERDICTS.filter((kind) => counts[kind] > 0).map((kind) => `${count(counts[kind])} ${kind}`);
  const summary = `${sums.length === 0 ? 'no users' : sums.join(', ')}; nothing was written\n`;
  return groups.length === 0 ? summary : `${summary}\n${printTable(HEADING, groups.map(toRow), paint)}`;
}

const HEADING = ['verdict', 'users', 'reason', 'for example'];

const toRow = ({ kind, code, reason, users, samples }: SimulatedGroup): readonly string[] => [
  kind,
  count(users),
  code === undefined ? reason : `${code}: ${reason}`,
  samples.map(({ userId }) => userId).join(' '),
];
