/** `retry <user>`: makes parked users due, which a running service delivers within seconds. */
import { Command } from 'commander';
import { readDatabaseConfig, type DatabaseConfig } from '../../config.ts';
import { CONNECTOR } from '../../parts.ts';
import { besideService } from './beside-service.ts';
import { CommandFailed, UsageError } from './errors.ts';

export const retryCommand = (): Command =>
  new Command('retry')
    .description('try parked users again; a running service delivers them within seconds')
    .argument('[user]', 'userName or id')
    .option('--all', 'every parked user')
    .action(async (user: string | undefined, { all }: { all?: boolean }) => {
      if ((user === undefined) === (all !== true)) throw new UsageError('say which user, or --all');
      const released = await retryUsers(readDatabaseConfig(), user);
      process.stdout.write(`${released} ${released === 1 ? 'user is' : 'users are'} due again\n`);
    });

/**
 * @param idOrUserName one user; all of them when absent
 * @returns how many users
 */
function retryUsers(config: DatabaseConfig, idOrUserName?: string): Promise<number> {
  return besideService(config, async (store, find) => {
    const now = await store.now();
    if (idOrUserName === undefined) return store.releaseLanes(CONNECTOR, now);
    const id = (await find(idOrUserName))?.id ?? idOrUserName;
    if (!(await store.readLane(CONNECTOR, id)))
      throw new CommandFailed(`nothing is to be delivered for a user ${idOrUserName}: give a userName or an id`);
    return store.releaseLanes(CONNECTOR, now, { userId: id });
  });
}
