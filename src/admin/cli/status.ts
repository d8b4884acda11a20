/** `status`: how delivery to Salesforce stands as a whole. */
import type { Command } from 'commander';
import type { Answer } from '../api/operations.ts';
import { onCallCommand, tell, type OnCallFlags } from './on-call-command.ts';
import { styleOf, type Paint } from './paint.ts';
import { printEvents } from './print-events.ts';
import type { Shell } from './shell.ts';

export const statusCommand = (shell: Shell): Command =>
  onCallCommand(
    'status',
    'tell how delivery stands: users by state, gate, pause, API calls left, what happened last',
  ).action(async (flags: OnCallFlags) => {
    await tell(shell, flags, async (onCall) => withoutProcess(await onCall.ask('readStatus')), printStatus);
  });

type Status = ReturnType<typeof withoutProcess>;

/** What is so whoever answers. */
function withoutProcess({ connector, ...status }: Answer<'readStatus'>) {
  const { lanes, oldestDueAt, lagSeconds, delivery, dryRun, gate, pause, budget, load, events } = status;
  return {
    connector: connector.name,
    delivery,
    dryRun,
    lanes,
    ...(oldestDueAt !== undefined && { oldestDueAt }),
    lagSeconds,
    gate,
    ...(pause && { pause }),
    ...(budget && { budget }),
    ...(load && { load }),
    events,
  };
}

function printStatus(status: Status, paint: Paint): string {
  const { delivery, lanes, oldestDueAt, lagSeconds, events } = status;
  const due = oldestDueAt === undefined ? '' : `  (${lagSeconds > 0 ? 'since' : 'at'} ${oldestDueAt})`;
  const lines = [
    `delivery  ${paint(styleOf(delivery), delivery)}`,
    ...printWaits(status),
    '',
    ...Object.entries(lanes).map(([state, users]) => {
      const word = paint(users === 0 ? undefined : styleOf(state), state);
      return `${word}${' '.repeat(Math.max(0, STATE_WIDTH - state.length))} ${users}${state === 'due' ? due : ''}`;
    }),
    ...(events.length === 0 ? [] : ['', ...printEvents(events)]),
  ];
  return `${lines.join('\n')}\n`;
}

const STATE_WIDTH = 9;

function printWaits({ dryRun, pause, gate, budget, load }: Status): readonly string[] {
  return [
    ...(dryRun ? ['dry run   nothing is written to Salesforce (DRY_RUN)'] : []),
    ...(load
      ? [
          `bulk load ${load.processed} of ${load.users} users since ${load.startedAt}, ${load.jobId === undefined ? 'no job yet' : `job ${load.jobId}`}`,
        ]
      : []),
    ...(pause ? [`paused    since ${pause.at} by ${pause.actor}: ${pause.reason}`] : []),
    ...(gate.state === 'open' ? [] : [`gate      ${waitOf(gate)}: ${gate.class ?? ''}, ${gate.reason ?? ''}`]),
    ...(gate.hint === undefined ? [] : [`          ${gate.hint}`]),
    ...(budget
      ? [`API calls ${budget.used} of ${budget.max} used in 24 hours, ${BUDGETS[budget.level]} (${budget.at})`]
      : []),
  ];
}

function waitOf({ state, until }: Status['gate']): string {
  if (state === 'trying') return 'about to be tried';
  return until === undefined ? 'closed until resume or a restart' : `closed until ${until}`;
}

const BUDGETS = {
  ample: 'ample',
  slowed: 'slowed: up to a minute lies between two batches',
  spent: 'spent: the rest is kept for others',
} as const;
