/** Whether the service can log in to Salesforce and write the Leads that the mapping makes; writes nothing there. */
import { systemClock } from '../../clock.ts';
import { standInFault, type Config } from '../../config.ts';
import { parseMappingFile } from '../../parts.ts';
import { hintFor } from '../../provisioning/policy/hints.ts';
import type { MappingFile } from '../../provisioning/mapping/file.ts';
import type { LeadField } from '../../salesforce/describe.ts';
import type { SalesforceLeads } from '../../salesforce/leads.ts';
import { createTarget } from '../../salesforce-target.ts';
import { readSchemaFile } from '../../schema-files.ts';
import { checkExternalIdField, checkLeadFields } from '../../check-lead-fields.ts';
import { results, type CheckResult } from '../../check-result.ts';

const login = results('salesforce login');
const description = results('lead description');
const NAMES = ['salesforce login', 'lead fields', 'external id field'];

const STAND_IN = 'SALESFORCE_LOGIN_URL is not set: the embedded stand-in will be used';

/**
 * @param isMappingSound whether the mapping can be held against the org
 * @returns never fails: what goes wrong is the result
 */
export async function checkSalesforce(config: Config, isMappingSound: boolean): Promise<readonly CheckResult[]> {
  const fault = standInFault(config);
  if (fault !== undefined) return [login.failed(fault), ...skipAll(NAMES.slice(1), 'there is no login')];
  if (config.SALESFORCE_LOGIN_URL === undefined) return skipAll(NAMES, STAND_IN);
  const client = createClient(config);
  if (typeof client === 'string') return [login.failed(client), ...skipAll(NAMES.slice(1), 'there is no login')];
  try {
    return await checkOrg(config, client, isMappingSound);
  } finally {
    client.close();
  }
}

const skipAll = (names: readonly string[], reason: string): readonly CheckResult[] =>
  names.map((name) => results(name).skipped(reason));

/** @returns why there is none, without the value that is wrong */
function createClient(config: Config): SalesforceLeads | string {
  try {
    return createTarget(config, undefined, systemClock);
  } catch (error) {
    return `SALESFORCE_*: ${error instanceof Error ? error.message : String(error)}`;
  }
}

async function checkOrg(
  config: Config,
  client: SalesforceLeads,
  isMappingSound: boolean,
): Promise<readonly CheckResult[]> {
  const answer = await client.describeLead();
  // Known from the first login on.
  const isLoggedIn = client.leadUrl('') !== undefined;
  if (answer.kind === 'described')
    return [
      login.ok(`logged in at ${config.SALESFORCE_LOGIN_URL ?? ''}`),
      ...judge(config, answer.fields, isMappingSound),
    ];
  const { code, message } = answer.fault;
  const fault = [`${code}: ${message}`, hintFor({ code, message })].filter(Boolean).join('. ');
  if (!isLoggedIn) return [login.failed(fault), ...skipAll(NAMES.slice(1), 'there is no login')];
  return [
    login.ok(`logged in at ${config.SALESFORCE_LOGIN_URL ?? ''}`),
    description.failed(fault),
    ...skipAll(NAMES.slice(1), "the org's Lead could not be read"),
  ];
}

function judge(config: Config, described: readonly LeadField[], isMappingSound: boolean): readonly CheckResult[] {
  const byField = isMappingSound
    ? checkLeadFields(parseMappingFile(config) as MappingFile, described, LENGTHS)
    : skipAll(['lead fields'], 'the mapping has faults');
  return [...byField, ...checkExternalIdField(config.SALESFORCE_EXTERNAL_ID_FIELD, described)];
}

// The file is part of this package and checked by its tests.
const LENGTHS = readSchemaFile('lead-fields.json') as Readonly<Record<string, { readonly length?: number }>>;
