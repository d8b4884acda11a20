/** Whether the service can use its database; changes nothing. */
import type { Config, DatabaseConfig } from '../../config.ts';
import { inspectDatabase, openStoreBeside } from '../../database.ts';
import { orgFault } from '../../org-of-database.ts';
import { CONNECTOR, readModel, storeModel } from '../../parts.ts';
import type { Inspection } from '../../storage/transfer.ts';
import { results, type CheckResult } from '../../check-result.ts';

const database = results('database');

/**
 * @param whole undefined when other keys or the schemas have faults, which are told by themselves
 * @returns never fails: what goes wrong is the result
 */
export async function checkDatabase(config: DatabaseConfig, whole?: Config): Promise<readonly CheckResult[]> {
  try {
    const inspection = await inspectDatabase(config);
    const wrongOrg = whole && isServed(inspection) ? await findOrgFault(whole) : undefined;
    return wrongOrg === undefined ? judge(inspection) : [database.failed(`${inspection.place}: ${wrongOrg}`)];
  } catch (error) {
    return [database.failed(error instanceof Error ? error.message : String(error))];
  }
}

const isServed = ({ schema, newest, unfinishedImport, obstacles }: Inspection): boolean =>
  schema === newest && unfinishedImport === undefined && obstacles.length === 0;

async function findOrgFault(config: Config): Promise<string | undefined> {
  const store = openStoreBeside(config, { ...storeModel(readModel(config)), connectors: new Map() });
  try {
    return await orgFault(store, CONNECTOR, config.SALESFORCE_LOGIN_URL);
  } finally {
    await store.close();
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
