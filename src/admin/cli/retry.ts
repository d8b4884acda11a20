/** `retry`: makes parked users due, which a running service delivers within seconds. */
import { Command } from 'commander';
import { readDatabaseConfig, type DatabaseConfig } from '../../config.ts';
import { CONNECTOR } from '../../parts.ts';
import { besideService } from './beside-service.ts';
import { CommandFailed, UsageError } from './errors.ts';

interface RetryFilter {
  readonly code?: string;
  readonly class?: string;
}

interface RetryOptions extends RetryFilter {
  readonly all?: boolean;
}

export const retryCommand = (): Command =>
  new Command('retry')
    .description('try parked users again; a running service delivers them within seconds')
    .argument('[user]', 'userName or id')
    .option('--code <code>', 'parked users with this error, e.g. INVALID_EMAIL_ADDRESS')
    .option('--class <class>', 'parked users with an error of this class, e.g. data')
    .option('--all', 'every parked user')
    .action(async (user: string | undefined, { all, ...filter }: RetryOptions) => {
      const isFiltered = Object.keys(filter).length > 0;
      if ([user !== undefined, all === true, isFiltered].filter(Boolean).length !== 1)
        throw new UsageError('say which user, or --code or --class, or --all');
      const released = await retryUsers(readDatabaseConfig(), filter, user);
      process.stdout.write(`${released} ${released === 1 ? 'user is' : 'users are'} due again\n`);
    });

/**
 * @param idOrUserName one user; those of the filter when absent
 * @returns how many users
 */
function retryUsers(config: DatabaseConfig, filter: RetryFilter, idOrUserName?: string): Promise<number> {
  return besideService(config, async (store, find) => {
    const now = await store.now();
    if (idOrUserName === undefined) return store.releaseLanes(CONNECTOR, now, filter);
    const id = (await find(idOrUserName))?.id ?? idOrUserName;
    if (!(await store.readLane(CONNECTOR, id)))
      throw new CommandFailed(`nothing is to be delivered for a user ${idOrUserName}: give a userName or an id`);
    return store.releaseLanes(CONNECTOR, now, { userId: id });
  });
}
