/** `lanes`: what is to be delivered, what is parked and why, a page at a time. `errors`: which of these faults is the most frequent. */
import { Option, type Command } from 'commander';
import type { Answer } from '../api/operations.ts';
import { onCallCommand, tell, type OnCallFlags } from './on-call-command.ts';
import { pageOf, printMore, withPages, type PageFlags } from './paging.ts';
import { styleOf, type Paint } from './paint.ts';
import { printUserTable } from './print-users.ts';
import { count } from './progress.ts';
import type { Shell } from './shell.ts';
import { printTable } from './table.ts';

interface LanesFlags extends OnCallFlags, PageFlags {
  readonly state?: string;
  readonly code?: string;
  readonly class?: string;
}

const STATES = ['due', 'idle', 'parked', 'held'] as const;

export const lanesCommand = (shell: Shell): Command =>
  withPages(onCallCommand('lanes', 'list users by their delivery: what is due, what is parked and why'), 'users')
    .addOption(new Option('--state <state>', 'in this state').choices(STATES))
    .option('--code <code>', 'with this error, e.g. INVALID_EMAIL_ADDRESS')
    .option('--class <class>', 'with an error of this class, e.g. data')
    .action(async (flags: LanesFlags) => {
      const { state, code, class: faultClass } = flags;
      const query = { state, code, class: faultClass, ...pageOf(flags) };
      await tell(shell, flags, (onCall) => onCall.ask('listLanes', { query }), printLanes);
    });

const printLanes = ({ users, nextCursor }: Answer<'listLanes'>, paint: Paint): string =>
  printUserTable(users, paint) + printMore(nextCursor);

export const errorsCommand = (shell: Shell): Command =>
  onCallCommand('errors', 'count parked and waiting users by error, most first, with what to do').action(
    async (flags: OnCallFlags) => {
      await tell(shell, flags, (onCall) => onCall.ask('countLaneErrors'), printErrors);
    },
  );

const printErrors = ({ errors }: Answer<'countLaneErrors'>, paint: Paint): string =>
  errors.length === 0
    ? 'no user is parked or waits after an error\n'
    : printTable(
        ['users', 'state', 'class', 'code', 'since', 'what to do'],
        errors.map(({ lanes, state, class: faultClass, code, since = '', hint = '' }) => [
          count(lanes),
          { text: state, style: styleOf(state) },
          faultClass,
          code,
          since,
          hint,
        ]),
        paint,
      );
