/** `removals` and `release`: Leads that the guard holds back, and what a person decides about them. */
import type { Command } from 'commander';
import type { Answer } from '../api/operations.ts';
import { CommandFailed, UsageError } from './errors.ts';
import { userIdOf, type OnCall } from './on-call.ts';
import { onCallCommand, tell, type OnCallFlags } from './on-call-command.ts';
import { pageOf, printMore, withPages, type PageFlags } from './paging.ts';
import type { Paint } from './paint.ts';
import { count } from './progress.ts';
import type { Shell } from './shell.ts';
import { printTable } from './table.ts';

export const removalsCommand = (shell: Shell): Command =>
  withPages(onCallCommand('removals', 'list removals that wait for release, with what would be done'), 'users')
    .option('--names', 'with the names of the Leads, for which Salesforce is asked')
    .action(async (flags: OnCallFlags & PageFlags & { readonly names?: boolean }) => {
      const query = { ...pageOf(flags), ...(flags.names === true && { include: 'names' }) };
      await tell(shell, flags, (onCall) => onCall.ask('listRemovals', { query }), printRemovals);
    });

function printRemovals({ removals, total, nextCursor }: Answer<'listRemovals'>, paint: Paint): string {
  if (total === 0) return 'no removal is held\n';
  const rows = removals.map(({ user, action, reason, fields, leadName = '' }) => [
    user.userName ?? '(deleted)',
    user.id,
    [user.lane?.leadId ?? '', leadName].filter(Boolean).join(' '),
    action,
    reason,
    fields.join(', '),
  ]);
  return (
    printTable(['userName', 'id', 'Lead', 'would', 'reason', 'fields'], rows, paint) +
    `${removals.length} of ${total}; release lets them happen, release --reject leaves the Leads as they are\n` +
    printMore(nextCursor)
  );
}

interface ReleaseFlags extends OnCallFlags {
  readonly all?: boolean;
  readonly reject?: boolean;
}

export const releaseCommand = (shell: Shell): Command =>
  onCallCommand('release', 'let held Leads be deleted, closed or deactivated, or with --reject leave them as they are')
    .argument('[user]', 'userName or id')
    .option('--all', 'every held user')
    .option('--reject', 'the Leads stay; deleted users are forgotten, others are judged anew when they change')
    .action(async (user: string | undefined, flags: ReleaseFlags) => {
      const { all, reject } = flags;
      if ((user === undefined) === (all !== true)) throw new UsageError('say which user, or --all');
      const operation = reject === true ? 'rejectRemovals' : 'approveRemovals';
      await tell(
        shell,
        flags,
        (onCall) => judge(onCall, operation, user),
        ({ judged }) => `${count(judged, 'removal')} ${judged === 1 ? 'is' : 'are'} ${VERDICTS[operation]}\n`,
      );
    });

const VERDICTS = { approveRemovals: 'approved', rejectRemovals: 'rejected' } as const;

/** @param user all held ones when absent */
async function judge(onCall: OnCall, operation: keyof typeof VERDICTS, user: string | undefined) {
  if (user === undefined) return onCall.ask(operation, { body: { all: true } });
  const answer = await onCall.ask(operation, { body: { userIds: [await userIdOf(onCall, user)] } });
  if (answer.judged > 0) return answer;
  throw new CommandFailed(
    `nothing is held of a user ${user}: removals lists those who are; a deleted one has an id only`,
  );
}
