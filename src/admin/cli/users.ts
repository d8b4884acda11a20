/** `users`: who is here, with state, Lead and last error of each, a page at a time. */
import type { Command } from 'commander';
import type { Answer } from '../api/operations.ts';
import { UsageError } from './errors.ts';
import { onCallCommand, tell, type OnCallFlags } from './on-call-command.ts';
import { pageOf, printMore, withPages, type PageFlags } from './paging.ts';
import type { Paint } from './paint.ts';
import { printUserTable } from './print-users.ts';
import type { Shell } from './shell.ts';

interface UsersFlags extends OnCallFlags, PageFlags {
  readonly filter?: string;
  readonly search?: string;
}

export const usersCommand = (shell: Shell): Command =>
  withPages(onCallCommand('users', 'list the users, each with its state, its Lead and its last error'), 'users')
    .option(
      '--search <text>',
      'what userName or an e-mail address begins with, an id, or the start of a Lead id (00Q…)',
    )
    .option('--filter <filter>', `SCIM filter, e.g. 'userName sw "a"'`)
    .action(async (flags: UsersFlags) => {
      const { search, filter } = flags;
      if (search !== undefined && filter !== undefined) throw new UsageError('say --search or --filter, not both');
      await tell(
        shell,
        flags,
        (onCall) => onCall.ask('findUsers', { query: { search, filter, ...pageOf(flags) } }),
        printUsers,
      );
    });

const printUsers = ({ users, total, nextCursor }: Answer<'findUsers'>, paint: Paint): string =>
  printUserTable(users, paint) +
  `${users.length}${total === undefined ? '' : ` of ${total}`}\n` +
  printMore(nextCursor);
