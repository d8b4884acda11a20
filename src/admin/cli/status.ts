/** `status`: how delivery to Salesforce stands as a whole, from the database, while the service runs or not. */
import { Command } from 'commander';
import { readConfig } from '../../config.ts';
import { CONNECTOR } from '../../parts.ts';
import type { ConnectorEntry, ConnectorState, JournalEntry, LaneCounts, Store } from '../../storage/store.ts';
import { besideService } from './beside-service.ts';

export const statusCommand = (): Command =>
  new Command('status')
    .description('tell how delivery stands: users by state, gate, pause, API calls left, what happened last')
    .option('--json', 'for scripts')
    .action(async ({ json }: { json?: boolean }) => {
      const status = await besideService(readConfig(), readStatus);
      process.stdout.write(`${json ? JSON.stringify(status, null, 2) : printStatus(status)}\n`);
    });

interface Status extends ConnectorState {
  readonly connector: string;
  /** Epoch milliseconds of the database. */
  readonly now: number;
  readonly delivery: 'running' | 'waiting' | 'paused';
  readonly lanes: LaneCounts;
  /** When the first of those that are due was or will be. */
  readonly oldestDueAt?: number;
  /** Newest first. */
  readonly journal: readonly Happening[];
}

type Happening = ConnectorEntry & Pick<JournalEntry, 'at'>;

const LATEST = 10;

async function readStatus(store: Store): Promise<Status> {
  const [now, state, lanes, oldestDueAt, journal] = await Promise.all([
    store.now(),
    store.readConnector(CONNECTOR),
    store.countLanes(CONNECTOR),
    store.nextDueAt(CONNECTOR),
    store.readJournal(CONNECTOR, LATEST),
  ]);
  return {
    connector: CONNECTOR,
    now,
    delivery: deliveryOf(state),
    lanes,
    ...(oldestDueAt !== undefined && { oldestDueAt }),
    ...state,
    // Entries under a connector's name are its own.
    journal: journal.map(({ at, detail }) => ({ at, ...(detail as ConnectorEntry) })),
  };
}

function deliveryOf({ gate, pause }: ConnectorState): Status['delivery'] {
  if (pause) return 'paused';
  return gate ? 'waiting' : 'running';
}

function printStatus(status: Status): string {
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
