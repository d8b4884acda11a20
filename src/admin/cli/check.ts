/** `check`: whether the service would start and deliver, told before it does; changes nothing. */
import { Command } from 'commander';
import { ConfigurationError, readConfig, type Config } from '../../config.ts';
import { mappingPath, readMapping, readModel, testMapping } from '../../parts.ts';
import { checkDatabase } from './check-database.ts';
import { oneLine, printResult, results, type CheckResult } from './check-result.ts';
import { checkSalesforce } from './check-salesforce.ts';

const FAILED = 1;

export const checkCommand = (): Command =>
  new Command('check')
    .description('tell whether configuration, mapping, database and Salesforce are right; changes nothing')
    .option('--json', 'print the results for scripts')
    .addHelpText(
      'after',
      `
Goes on after a failure, so that one run tells everything. Exit code 1 if a check failed; warnings do not fail.`,
    )
    .action(async ({ json }: { json?: boolean }) => {
      const found: CheckResult[] = [];
      for await (const result of runChecks()) {
        found.push(result);
        if (!json) process.stdout.write(printResult(result));
      }
      const ok = found.every(({ status }) => status !== 'failed');
      if (json) process.stdout.write(`${JSON.stringify({ ok, checks: found }, null, 2)}\n`);
      if (!ok) process.exitCode = FAILED;
    });

async function* runChecks(): AsyncGenerator<CheckResult> {
  const configuration = results('configuration');
  const read = await attempt(() => readConfig());
  if (read.faults) {
    yield* read.faults.map((fault) => configuration.failed(oneLine(fault)));
    for (const name of ['mapping', 'database', 'salesforce login'])
      yield results(name).skipped('the configuration has faults: mend them first');
    return;
  }
  yield configuration.ok('every key that is set is right');
  const { schemas, mapping } = await checkData(read.value);
  yield* [...schemas, ...mapping];
  yield* await checkDatabase(read.value);
  yield* await checkSalesforce(
    read.value,
    mapping.every(({ status }) => status === 'ok'),
  );
}

/** The mapping names attributes of the schemas. */
async function checkData(config: Config): Promise<Readonly<Record<'schemas' | 'mapping', readonly CheckResult[]>>> {
  const [schemas, mapping] = [results('schemas'), results('mapping')];
  const model = await attempt(() => readModel(config));
  if (model.faults)
    return {
      schemas: model.faults.map((fault) => schemas.failed(fault)),
      mapping: [mapping.skipped('the schemas have faults: mend them first')],
    };
  const { faults } = await attempt(() => testMapping(config, readMapping(config, model.value.registry)));
  return {
    schemas: config.SCHEMAS_DIR === undefined ? [] : [schemas.ok(`${config.SCHEMAS_DIR} is sound`)],
    mapping: faults?.map((fault) => mapping.failed(fault)) ?? [mapping.ok(`${mappingPath(config)} is sound`)],
  };
}

type Attempt<T> =
  | { readonly value: T; readonly faults?: undefined }
  | { readonly faults: readonly string[]; readonly value?: undefined };

async function attempt<T>(read: () => T | Promise<T>): Promise<Attempt<T>> {
  try {
    return { value: await read() };
  } catch (error) {
    if (error instanceof ConfigurationError) return { faults: error.faults };
    throw error;
  }
}
