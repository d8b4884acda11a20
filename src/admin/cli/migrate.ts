/** `migrate`: brings the schema of the database up to date without serving. */
import { Command } from 'commander';
import { systemClock } from '../../clock.ts';
import { readConfig } from '../../config.ts';
import { migrateDatabase } from '../../database.ts';
import { printJson, type Shell } from './shell.ts';
import type { SchemaChange } from '../../storage/transfer.ts';

export const migrateCommand = (shell: Shell): Command =>
  new Command('migrate')
    .description('bring the schema of the database up to date without serving')
    .option('--json', 'print the result for scripts')
    .addHelpText(
      'after',
      `
serve and import do the same when they start. A SQLite database is migrated while its service is stopped; on PostgreSQL the
services of the same version go on. check says whether a migration is due.`,
    )
    .action(async ({ json }: { json?: boolean }) => {
      const change = await migrateDatabase(readConfig(shell.environment), systemClock.now());
      if (json) printJson(shell, change);
      else shell.stdout.write(`${describe(change)}\n`);
    });

function describe({ from, to }: SchemaChange): string {
  if (from === to) return `nothing to do: the database has schema version ${to}`;
  return from === 0 ? `made the tables of schema version ${to}` : `migrated from schema version ${from} to ${to}`;
}
