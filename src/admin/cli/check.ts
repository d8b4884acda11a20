/** `check`: whether the service would start and deliver, told before it does; changes nothing. */
import { Command } from 'commander';
import { findUnknownKeys, readConfig, readDatabaseConfig, type UnknownKey } from '../../config.ts';
import { results, type CheckResult } from '../../check-result.ts';
import type { Environment } from '../../dot-env.ts';
import { attempt, checkData, MEND_FIRST } from './check-data.ts';
import { checkDatabase } from './check-database.ts';
import { painter } from './paint.ts';
import { oneLine, printResult } from './print-check.ts';
import { EXIT, printJson, say, type Shell } from './shell.ts';

export const checkCommand = (shell: Shell): Command =>
  new Command('check')
    .description('tell whether configuration, mapping, database and Salesforce are right; changes nothing')
    .option('--json', 'print the results for scripts')
    .addHelpText(
      'after',
      `
Goes on after a failure, so that one run tells everything. Exit code 1 if a check failed; warnings do not fail.`,
    )
    .action(async ({ json }: { json?: boolean }) => {
      const paint = painter(shell.stdout, shell.environment);
      const found: CheckResult[] = [];
      for await (const result of runChecks(shell.environment)) {
        found.push(result);
        if (!json) say(shell.stdout, printResult(result, paint));
      }
      const ok = found.every(({ status }) => status !== 'failed');
      if (json) printJson(shell, { ok, checks: found });
      if (!ok) shell.exitCode = EXIT.failed;
    });

/** Each part reads the keys that it needs: what is wrong with others keeps it from nothing. */
async function* runChecks(environment: Environment): AsyncGenerator<CheckResult> {
  const [configuration, database] = [results('configuration'), results('database')];
  const whole = await attempt(() => readConfig(environment));
  const strangers = findUnknownKeys(environment);
  yield* whole.faults?.map((fault) => configuration.failed(oneLine(fault))) ?? [];
  yield* strangers.map((key) => configuration.warning(describeUnknown(key)));
  if (!whole.faults && strangers.length === 0) yield configuration.ok('every key that is set is right');
  const { schemas, mapping } = await checkData(environment);
  yield* [...schemas, ...mapping];
  const isModelSound = schemas.every(({ status }) => status === 'ok');
  const ofDatabase = await attempt(() => readDatabaseConfig(environment));
  yield* ofDatabase.faults
    ? [database.skipped(MEND_FIRST)]
    : await checkDatabase(ofDatabase.value, isModelSound ? whole.value : undefined);
  const isMappingSound = mapping.every(({ status }) => status === 'ok');
  const { checkSalesforce } = await import('./check-salesforce.ts');
  yield* whole.faults
    ? [results('salesforce login').skipped(MEND_FIRST)]
    : await checkSalesforce(whole.value, isMappingSound);
}

const describeUnknown = ({ key, nearest }: UnknownKey): string =>
  `${key} is no key and has no effect${nearest === undefined ? '' : `; the nearest is ${nearest}`}`;
