/** How a command makes a file that is either whole or not there, for its owner alone. */
import { existsSync } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { CommandFailed } from './errors.ts';
import { stoppable } from './stoppable.ts';

const OWNER_ONLY = 0o600;

/**
 * Lets `fill` write beside `path` and moves the result there once it is on disk. Ctrl-C leaves nothing behind.
 *
 * @param advice what to do when the file is there already
 * @param fill ends early when its signal says so, or does not care
 * @throws CommandFailed when it is there, or the signal came
 */
export async function makeFile<T>(
  path: string,
  { force = false, advice }: { readonly force?: boolean; readonly advice: string },
  fill: (partial: string, stopping: AbortSignal) => Promise<T>,
): Promise<T> {
  const refuseOld = (): void => {
    if (existsSync(path) && !force) throw new CommandFailed(`${path} is there already: ${advice}`);
  };
  refuseOld();
  const partial = `${path}.partial`;
  const stop = stoppable();
  try {
    await makeEmpty(partial);
    const result = await fill(partial, stop.stopping);
    stop.stopping.throwIfAborted();
    await sync(partial);
    // It may have come meanwhile.
    refuseOld();
    await rename(partial, path);
    return result;
  } catch (error) {
    await rm(partial, { force: true });
    throw stop.stopping.aborted ? new CommandFailed(`${path} was not made: stopped`) : error;
  } finally {
    stop.done();
  }
}

/** What a killed command left is replaced, so that rights and content are this one's. */
async function makeEmpty(path: string): Promise<void> {
  await rm(path, { force: true });
  await (await open(path, 'wx', OWNER_ONLY)).close();
}

/** The name must not outlive a power cut that the content does not. */
async function sync(path: string): Promise<void> {
  const file = await open(path, 'r+');
  await file.sync().finally(() => file.close());
}
