/** Which Lead a SCIM user becomes, as a mapping file says. */
import type { JsonObject } from '../scim/json.ts';
import type { ResourceType } from '../scim/schema/resource-type.ts';
import type { LeadFields, LeadValue } from './lead-target.ts';
import { formatPath, MappingError, type Report } from './mapping-error.ts';
import { ExpressionError } from './mapping-expression.ts';
import { explainMisfit, explainUnwritable, findLeadField, type LeadFieldTable } from './mapping-fields.ts';
import { readMappingFile, type CampaignRule, type MappingFile, type OnDelete, type OnMatch } from './mapping-file.ts';
import { readsAttribute } from './mapping-reads.ts';
import { compileRule, type Rule } from './mapping-rule.ts';

export interface Mapping {
  /**
   * All mapped fields; null where the user has no value. A field that must not be emptied (`clear: false`, or
   * required by Salesforce) is absent instead.
   *
   * @throws MappingError when an expression fails for this user
   */
  map(user: JsonObject): Promise<LeadFields>;
  /** The defaults by field: they fill a new Lead, but do not overwrite what an adopted one holds. */
  readonly fallbacks: LeadFields;
  /** Whether something in the mapping depends on an attribute of the base schema, e.g. `groups`. */
  reads(attribute: string): boolean;
  readonly match: { readonly onMatch: OnMatch };
  readonly deactivated: { readonly set: LeadFields };
  readonly reactivated: { readonly set: LeadFields };
  readonly deleted: { readonly created: OnDelete; readonly adopted: OnDelete };
  readonly campaigns: readonly CampaignRule[];
}

/** The data that mapping files are checked against. */
export interface MappingData {
  /** `schemas/mapping.json`. */
  readonly schema: JsonObject;
  /** `schemas/lead-fields.json`. */
  readonly leadFields: LeadFieldTable;
  /** API name of the field that holds the user's id; this service alone writes it. */
  readonly externalIdField?: string | undefined;
}

/** By which campaigns go (RFC 7643 §4.1.2). */
const GROUPS = 'groups';

const DEACTIVATED: LeadFields = { Status: 'Closed - Not Converted' };
const REACTIVATED: LeadFields = { Status: 'Open - Not Contacted' };

/**
 * Compiles a mapping file.
 *
 * @param file the parsed file
 * @param userType the resource type whose users are mapped
 * @throws MappingError that lists every fault with its place and what to change
 */
export function createMapping(file: unknown, userType: ResourceType, data: MappingData): Mapping {
  const faults: string[] = [];
  const report: Report = (path, text) => faults.push(`${formatPath(path)}: ${text}`);
  const definition = readMappingFile(file, data.schema, report);
  reportFieldNames(definition, data.leadFields, report);
  reportReserved(definition, data.externalIdField, report);
  const context = { userType, leadFields: data.leadFields, report };
  const rules = Object.entries(definition.fields).map(([name, rule]) => compileRule(name, rule, context));
  if (faults.length > 0) throw new MappingError('the mapping cannot be used', faults);
  const { campaigns = [] } = definition;
  const reads = (attribute: string): boolean =>
    readsAttribute(file, attribute) || (attribute === GROUPS && campaigns.length > 0);
  return { map: mapInTurn(rules), fallbacks: fallbacksOf(rules), reads, ...policyOf(definition) };
}

function policyOf({
  match,
  deactivated,
  reactivated,
  deleted,
  campaigns,
}: MappingFile): Omit<Mapping, 'map' | 'fallbacks' | 'reads'> {
  return {
    match: { onMatch: match?.onMatch ?? 'adopt' },
    deactivated: deactivated ?? { set: DEACTIVATED },
    reactivated: reactivated ?? { set: REACTIVATED },
    deleted: { created: deleted?.created ?? 'delete', adopted: deleted?.adopted ?? 'close' },
    campaigns: campaigns ?? [],
  };
}

function fallbacksOf(rules: readonly Rule[]): LeadFields {
  const entries = rules.flatMap(({ name, fallback }) => (fallback === undefined ? [] : [[name, fallback] as const]));
  return Object.fromEntries(entries);
}

function reportFieldNames(file: MappingFile, table: LeadFieldTable, report: Report): void {
  for (const name of Object.keys(file.fields)) reportUnwritable(['fields', name], name, table, report);
  for (const section of ['deactivated', 'reactivated'] as const) {
    for (const [name, value] of Object.entries(file[section]?.set ?? {})) {
      const path = [section, 'set', name];
      reportUnwritable(path, name, table, report);
      const misfit = explainMisfit(findLeadField(table, name), value);
      if (misfit !== undefined) report(path, misfit);
    }
  }
}

function reportReserved({ fields }: MappingFile, reserved: string | undefined, report: Report): void {
  const name = Object.keys(fields).find((field) => field.toLowerCase() === reserved?.toLowerCase());
  if (name !== undefined)
    report(['fields', name], 'is SALESFORCE_EXTERNAL_ID_FIELD, which is filled for you: remove it');
}

function reportUnwritable(path: readonly string[], name: string, table: LeadFieldTable, report: Report): void {
  const fault = explainUnwritable(table, name);
  if (fault !== undefined) report(path, fault);
}

/** One user at a time: the time limit of an expression would else count the users that are mapped beside it. */
function mapInTurn(rules: readonly Rule[]): Mapping['map'] {
  let previous: Promise<unknown> = Promise.resolve();
  return (user) => {
    const mapped = previous.then(() => mapUser(rules, user));
    previous = mapped.catch(() => undefined);
    return mapped;
  };
}

async function mapUser(rules: readonly Rule[], user: JsonObject): Promise<LeadFields> {
  const fields: Record<string, LeadValue> = {};
  const faults: string[] = [];
  for (const rule of rules) {
    const value = await readRule(rule, user, faults);
    if (value !== undefined) fields[rule.name] = value;
  }
  if (faults.length > 0) throw new MappingError('the user cannot be mapped', faults);
  return fields;
}

async function readRule(rule: Rule, user: JsonObject, faults: string[]): Promise<LeadValue | undefined> {
  try {
    return await rule.read(user);
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    faults.push(`expression of ${rule.name} ${error.message}`);
    return undefined;
  }
}
