/** `backup <file>`: a copy of the SQLite database, made while the service writes to it. */
import { Command } from 'commander';
import { readConfig, type Config } from '../../config.ts';
import { backupOf } from '../../database.ts';
import { CommandFailed } from './errors.ts';
import { makeFile } from './new-file.ts';
import { count } from './progress.ts';
import { printJson, type Shell } from './shell.ts';

export const backupCommand = (shell: Shell): Command =>
  new Command('backup')
    .description('copy the SQLite database while the service runs, and check the copy')
    .argument('<file>', 'file to make, for its owner alone; must not be there')
    .option('--json', 'print the result for scripts')
    .addHelpText(
      'after',
      `
The copy holds every request that was answered before the command began. To restore it, stop the service, remove the files
<database>-wal and <database>-shm, put the copy in place of the database, and start.
For PostgreSQL use pg_dump or the backups of your provider.`,
    )
    .action(async (file: string, { json }: { json?: boolean }) => {
      const resources = await backup(readConfig(shell.environment), file);
      if (json) printJson(shell, { file, resources });
      else shell.stdout.write(`copied ${count(resources, 'resource')} to ${file}; the copy is sound\n`);
    });

function backup(config: Config, file: string): Promise<number> {
  const copy = backupOf(config);
  if (copy) return makeFile(file, { advice: 'name another file' }, copy);
  throw new CommandFailed(
    'this database is PostgreSQL: back it up with pg_dump, or use export for what another engine can read',
  );
}
