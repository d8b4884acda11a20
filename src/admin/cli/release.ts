/** `release`: what a person decides about removals that the guard held. */
import { Command } from 'commander';
import { readConfig, type Config } from '../../config.ts';
import { CONNECTOR } from '../../parts.ts';
import type { Verdict } from '../../storage/store.ts';
import { besideService } from './beside-service.ts';
import { CommandFailed, UsageError } from './errors.ts';
import { ACTOR } from './pause.ts';

interface Flags {
  readonly all?: boolean;
  readonly reject?: boolean;
}

export const releaseCommand = (): Command =>
  new Command('release')
    .description('let held Leads be deleted, closed or deactivated, or with --reject leave them as they are')
    .argument('[user]', 'userName or id')
    .option('--all', 'every held user')
    .option('--reject', 'the Leads stay; deleted users are forgotten, others are judged anew when they change')
    .action(async (user: string | undefined, { all, reject }: Flags) => {
      if ((user === undefined) === (all !== true)) throw new UsageError('say which user, or --all');
      const verdict = reject === true ? 'rejected' : 'approved';
      const judged = await judgeUsers(readConfig(), verdict, user);
      process.stdout.write(`${judged} ${judged === 1 ? 'removal is' : 'removals are'} ${verdict}\n`);
    });

/**
 * @param idOrUserName one user; all held ones when absent
 * @returns how many users
 */
function judgeUsers(config: Config, verdict: Verdict, idOrUserName?: string): Promise<number> {
  return besideService(config, async (store, find) => {
    const by = { actor: ACTOR, at: await store.now() };
    if (idOrUserName === undefined) return store.judgeHeld(CONNECTOR, verdict, by);
    const id = (await find(idOrUserName))?.id ?? idOrUserName;
    const judged = await store.judgeHeld(CONNECTOR, verdict, by, id);
    if (judged === 0)
      throw new CommandFailed(`nothing is held of a user ${idOrUserName}: a deleted one has an id only`);
    return judged;
  });
}
