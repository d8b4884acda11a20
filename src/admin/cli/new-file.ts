/** How a command makes a file that is either whole or not there, for its owner alone. */
import { existsSync } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { CommandFailed } from './errors.ts';

const OWNER_ONLY = 0o600;

/**
 * Lets `fill` write beside `path` and moves the result there once it is on disk.
 *
 * @param advice what to do when the file is there already
 * @throws CommandFailed when it is
 */
export async function makeFile<T>(
  path: string,
  { force = false, advice }: { readonly force?: boolean; readonly advice: string },
  fill: (partial: string) => Promise<T>,
): Promise<T> {
  const refuseOld = (): void => {
    if (existsSync(path) && !force) throw new CommandFailed(`${path} is there already: ${advice}`);
  };
  refuseOld();
  const partial = `${path}.partial`;
  await makeEmpty(partial);
  try {
    const result = await fill(partial);
    await sync(partial);
    // It may have come meanwhile.
    refuseOld();
    await rename(partial, path);
    return result;
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
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
