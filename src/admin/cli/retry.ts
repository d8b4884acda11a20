/** `retry`: makes parked users due, which a running service delivers within seconds. */
import type { Command } from 'commander';
import { UsageError } from './errors.ts';
import { nobody, userIdOf, type OnCall } from './on-call.ts';
import { onCallCommand, tell, type OnCallFlags } from './on-call-command.ts';
import { count } from './progress.ts';
import type { Shell } from './shell.ts';

interface RetryFlags extends OnCallFlags {
  readonly all?: boolean;
  readonly code?: string;
  readonly class?: string;
  readonly forget?: boolean;
}

export const retryCommand = (shell: Shell): Command =>
  onCallCommand('retry', 'try parked users again; a running service delivers them within seconds')
    .argument('[user]', 'userName or id; also one that failed and waits for its next attempt')
    .option('--code <code>', 'parked users with this error, e.g. INVALID_EMAIL_ADDRESS')
    .option('--class <class>', 'parked users with an error of this class, e.g. data')
    .option('--all', 'every parked user')
    .option('--forget', 'with no Lead known, as new users: theirs are gone for good; with a user or --code')
    .action(async (user: string | undefined, flags: RetryFlags) => {
      const { all, code, class: faultClass, forget } = flags;
      const isFiltered = code !== undefined || faultClass !== undefined;
      if ([user !== undefined, all === true, isFiltered].filter(Boolean).length !== 1)
        throw new UsageError('say which user, or --code or --class, or --all');
      if (forget === true && user === undefined && code === undefined)
        throw new UsageError('--forget needs a user or --code: it is about Leads that are gone');
      const which = all ? { all } : { code, class: faultClass, forget };
      await tell(
        shell,
        flags,
        (onCall) =>
          user === undefined ? onCall.ask('retryLanes', { body: defined(which) }) : retryUser(onCall, user, forget),
        printReleased,
      );
    });

async function retryUser(onCall: OnCall, user: string, forget?: boolean) {
  const id = await userIdOf(onCall, user);
  return onCall.ask('retryUser', { params: { id }, body: defined({ forget }) }).catch(nobody(user));
}

const defined = (which: object): object =>
  Object.fromEntries(Object.entries(which).filter(([, value]) => value !== undefined));

/** @param state of the one user that was named */
function printReleased({ released, state }: { readonly released: number; readonly state?: string }): string {
  if (released > 0 || state === undefined)
    return `${count(released, 'user')} ${released === 1 ? 'is' : 'are'} due again\n`;
  return `nothing to do: the user is ${state} already${state === 'held' ? '; release decides about it' : ''}\n`;
}
