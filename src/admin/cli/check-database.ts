/** Whether the service can use its database; changes nothing. */
import type { DatabaseConfig } from '../../config.ts';
import { inspectDatabase } from '../../database.ts';
import type { Inspection } from '../../storage/transfer.ts';
import { results, type CheckResult } from '../../check-result.ts';

const database = results('database');

/** @returns never fails: what goes wrong is the result */
export async function checkDatabase(config: DatabaseConfig): Promise<readonly CheckResult[]> {
  try {
    return judge(await inspectDatabase(config));
  } catch (error) {
    return [database.failed(error instanceof Error ? error.message : String(error))];
  }
}

function judge({ place, schema, newest, unfinishedImport, obstacles }: Inspection): readonly CheckResult[] {
  const faults = obstacles.map((obstacle) => database.failed(`${place}: ${obstacle}`));
  if (unfinishedImport !== undefined)
    faults.push(database.failed(`${place}: the import of ${unfinishedImport} is unfinished: run import again`));
  if (schema > newest)
    faults.push(
      database.failed(`${place}: schema version ${schema}, this program knows ${newest}: run the newer program`),
    );
  if (faults.length > 0) return faults;
  if (schema === 0) return [database.ok(`${place}: nothing in it yet; the first start makes the tables`)];
  if (schema < newest)
    return [
      database.warning(`${place}: schema version ${schema} of ${newest}: run migrate, or the next start does it`),
    ];
  return [database.ok(`${place}: reachable, schema version ${schema}`)];
}
