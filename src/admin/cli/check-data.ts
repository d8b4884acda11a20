/** Whether schemas and mapping are sound, each part by the keys that it needs. */
import { ConfigurationError, readMappingConfig, type MappingConfig } from '../../config.ts';
import { results, type CheckResult } from '../../check-result.ts';
import type { Environment } from '../../dot-env.ts';
import { mappingPath, readMapping, readModel, testMapping } from '../../parts.ts';

export const MEND_FIRST = 'the configuration has faults: mend them first';

export type DataResults = Readonly<Record<'schemas' | 'mapping', readonly CheckResult[]>>;

const BROKEN: DataResults = { schemas: [], mapping: [results('mapping').skipped(MEND_FIRST)] };

/** @returns never fails: what goes wrong is the result, but for the keys themselves */
export async function checkData(environment: Environment): Promise<DataResults> {
  const config = await attempt(() => readMappingConfig(environment));
  return config.faults ? BROKEN : checkParts(config.value);
}

/** The mapping names attributes of the schemas. */
async function checkParts(config: MappingConfig): Promise<DataResults> {
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

export async function attempt<T>(read: () => T | Promise<T>): Promise<Attempt<T>> {
  try {
    return { value: await read() };
  } catch (error) {
    if (error instanceof ConfigurationError) return { faults: error.faults };
    throw error;
  }
}
