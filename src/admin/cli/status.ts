/** `status`: how delivery to Salesforce stands as a whole, from the database, while the service runs or not. */
import { Command } from 'commander';
import { readConfig } from '../../config.ts';
import { CONNECTOR } from '../../parts.ts';
import { readStatus, type ConnectorStatus, type Happening } from '../../provisioning/status.ts';
import type { ConnectorState } from '../../storage/store.ts';
import { besideService } from './beside-service.ts';

export const statusCommand = (): Command =>
  new Command('status')
    .description('tell how delivery stands: users by state, gate, pause, API calls left, what happened last')
    .option('--json', 'for scripts')
    .action(async ({ json }: { json?: boolean }) => {
      const status = await besideService(readConfig(), async (store) =>
        readStatus(store, CONNECTOR, await store.now()),
      );
      process.stdout.write(`${json ? JSON.stringify(status, null, 2) : printStatus(status)}\n`);
    });

function printStatus(status: ConnectorStatus): string {
  const { lanes, oldestDueAt, now, journal } = status;
  const due = oldestDueAt === undefined ? '' : `  (${oldestDueAt <= now ? 'since' : 'at'} ${instant(oldestDueAt)})`;
  return [
    `delivery  ${status.delivery}`,
    ...printWaits(status),
    '',
    ...Object.entries(lanes).map(
      ([state, users]) => `${state.padEnd(9)} ${String(users)}${state === 'due' ? due : ''}`,
    ),
    ...(journal.length === 0 ? [] : ['', ...journal.map(printHappening)]),
  ].join('\n');
}

function printWaits({ pause, gate, budget, load }: ConnectorState): readonly string[] {
  const until = gate?.until === undefined ? 'until resume or a restart' : `until ${instant(gate.until)}`;
  return [
    ...(load
      ? [
          `bulk load ${load.processed} of ${load.users} users since ${instant(load.startedAt)}, ${load.jobId === undefined ? 'no job yet' : `job ${load.jobId}`}`,
        ]
      : []),
    ...(pause ? [`paused    since ${instant(pause.at)} by ${pause.actor}: ${pause.reason}`] : []),
    ...(gate ? [`gate      closed ${until}, ${gate.failures} in a row: ${gate.class}, ${gate.reason}`] : []),
    ...(budget
      ? [`API calls ${budget.used} of ${budget.max} used in 24 hours, ${budget.level} (${instant(budget.at)})`]
      : []),
  ];
}

function printHappening({ at, event, class: faultClass, reason, until, actor, users }: Happening): string {
  const what = [
    faultClass,
    reason,
    users === undefined ? undefined : `${users} users`,
    actor === undefined ? undefined : `by ${actor}`,
    until === undefined ? undefined : `until ${instant(until)}`,
  ];
  return `${instant(at)}  ${event.padEnd(17)}  ${what.filter((one) => one !== undefined).join('; ')}`.trimEnd();
}

const instant = (ms: number): string => new Date(ms).toISOString();
