/** `lanes`: what is to be delivered, what is parked and why, a page at a time. */
import { Command } from 'commander';
import { readConfig } from '../../config.ts';
import { CONNECTOR } from '../../parts.ts';
import type { Lane, LaneState } from '../../storage/store.ts';
import { besideService } from './beside-service.ts';
import { readNumber, readWord } from './option-values.ts';
import { instant, printTable } from './table.ts';

interface LanesOptions {
  readonly state?: LaneState;
  readonly code?: string;
  readonly limit: number;
  readonly after?: string;
  readonly json?: boolean;
}

const STATES: readonly LaneState[] = ['due', 'idle', 'parked', 'held'];
const DEFAULT_LIMIT = 50;

export const lanesCommand = (): Command =>
  new Command('lanes')
    .description('list the lanes of users: what is to be delivered, what is parked and why')
    .option('--state <state>', STATES.join(', '), readWord('--state', STATES))
    .option('--code <code>', 'with this error, e.g. INVALID_EMAIL_ADDRESS')
    .option('--limit <lanes>', 'lanes of a page', readNumber('--limit', 1), DEFAULT_LIMIT)
    .option('--after <user id>', 'the page after this user')
    .option('--json', 'for scripts: { lanes, next }')
    .action(async (options: LanesOptions) => {
      const { json, ...query } = options;
      const lanes = await besideService(readConfig(), (store) =>
        store.listLanes({ connector: CONNECTOR, ...query, limit: query.limit + 1 }),
      );
      const page = lanes.slice(0, query.limit);
      const next = lanes.length > page.length ? page.at(-1)?.userId : undefined;
      process.stdout.write(json ? `${JSON.stringify({ lanes: page, next }, null, 2)}\n` : printLanes(page, next));
    });

const HEADING = ['user', 'state', 'due', 'attempts', 'Lead', 'error'];

const printLanes = (lanes: readonly Lane[], next: string | undefined): string =>
  printTable(HEADING, lanes.map(toRow)) + (next === undefined ? '' : `more: --after ${next}\n`);

const toRow = ({ userId, state, dueAt, attempts, leadId, error }: Lane): readonly string[] => [
  userId,
  state,
  state === 'due' ? instant(dueAt) : '',
  String(attempts),
  leadId ?? '',
  error ? `${error.code}: ${error.message}` : '',
];
