/** `preview --all`: the whole connector as it would act now, counted and with reasons. */
import type { Config } from '../../config.ts';
import { simulate, type SimulatedGroup, type Simulation } from '../../provisioning/simulate.ts';
import { VERDICTS } from '../../provisioning/verdict.ts';
import { besideConnector, refuseClosedGate, type Beside } from './beside-service.ts';
import { CommandFailed } from './errors.ts';
import { count, startProgress } from './progress.ts';
import { stoppable } from './stoppable.ts';
import { printTable } from './table.ts';

export interface PreviewAllOptions {
  readonly due?: boolean;
  readonly samples: number;
  readonly quiet?: boolean;
  readonly json?: boolean;
}

/** @throws CommandFailed when Salesforce could not be asked to the end; what was found is printed before */
export async function previewAll(config: Config, options: PreviewAllOptions): Promise<void> {
  const report = await besideConnector(config, (beside) => simulateBeside(beside, options));
  process.stdout.write(options.json ? `${JSON.stringify(report, null, 2)}\n` : printSimulation(report));
  if (report.fault) throw new CommandFailed(`ended early: ${report.fault.code}: ${report.fault.message}`);
  if (report.stopped) throw new CommandFailed('ended early: it was stopped');
}

async function simulateBeside(
  { context, clock }: Beside,
  { due, samples, quiet = false }: PreviewAllOptions,
): Promise<Simulation & { readonly stopped: boolean }> {
  await refuseClosedGate(context);
  const lanes = await context.store.countLanes(context.connector);
  const total = due ? lanes.due : lanes.due + lanes.idle + lanes.parked;
  const progress = startProgress({ verb: 'previewed', total, quiet, noun: 'users' }, clock);
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

function printSimulation({ counts, groups }: Simulation): string {
  const sums = VERDICTS.filter((kind) => counts[kind] > 0).map((kind) => `${count(counts[kind])} ${kind}`);
  const summary = `${sums.length === 0 ? 'no users' : sums.join(', ')}; nothing was written\n`;
  return groups.length === 0 ? summary : `${summary}\n${printTable(HEADING, groups.map(toRow))}`;
}

const HEADING = ['verdict', 'users', 'reason', 'for example'];

const toRow = ({ kind, code, reason, users, samples }: SimulatedGroup): readonly string[] => [
  kind,
  count(users),
  code === undefined ? reason : `${code}: ${reason}`,
  samples.map(({ userId }) => userId).join(' '),
];
