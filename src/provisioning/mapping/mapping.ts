/** Which Lead a SCIM user becomes, as a mapping file says. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { isObject, type JsonObject } from '../../scim/json.ts';
import type { ResourceType } from '../../scim/schema/resource-type.ts';
import type { LeadFields, LeadValue } from '../lead-target.ts';
import { ExpressionError, formatPath, MappingError, type Report } from './error.ts';
import { explainMisfit, explainUnwritable, findLeadField, isTextField, type LeadFieldTable } from './fields.ts';
import {
  readMappingFile,
  type CampaignRule,
  type MappingFile,
  type OnConverted,
  type OnDelete,
  type OnLost,
  type OnMatch,
  type WriteMode,
} from './file.ts';
import { suggest } from './nearest.ts';
import { readsAttribute } from './reads.ts';
import { compileRule, type Rule } from './rule.ts';
import { compileScope } from './scope.ts';
import { reportTests } from './test-faults.ts';

export interface Mapping {
  /**
   * All mapped fields; null where the user has no value. A field that must not be emptied (`clear: false`, or
   * required by Salesforce) is absent instead.
   *
   * @throws MappingError when an expression fails for this user
   */
  map(user: JsonObject): Promise<LeadFields>;
  /** Every field that it may fill. */
  readonly fieldNames: readonly string[];
  /** The defaults by field: they fill a new Lead, but do not overwrite what an adopted one holds. */
  readonly fallbacks: LeadFields;
  /** Fields that are not written always, and when instead. */
  readonly modes: ReadonlyMap<string, Exclude<WriteMode, 'always'>>;
  /** Whether the user has a Lead at all, be it active or not. */
  readonly isInScope: (user: JsonObject) => boolean;
  readonly match: { readonly by: readonly string[]; readonly onMatch: OnMatch };
  /** Whether something in the mapping depends on an attribute of the base schema, e.g. `groups`. */
  reads(attribute: string): boolean;
  readonly deactivated: { readonly set: LeadFields };
  readonly reactivated: { readonly set: LeadFields };
  readonly deleted: { readonly created: OnDelete; readonly adopted: OnDelete };
  readonly converted: OnConverted;
  readonly deletedInSalesforce: OnLost;
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
  reportMatchFields(definition, namesOf(file), data.leadFields, report);
  const context = { userType, leadFields: data.leadFields, report };
  const rules = Object.entries(definition.fields).map(([name, rule]) => compileRule(name, rule, context));
  reportTests(definition, namesOf(file), userType, report);
  const isInScope = compileScope(definition.scope, userType, report);
  if (faults.length > 0) throw new MappingError('the mapping cannot be used', faults);
  const { campaigns = [] } = definition;
  return {
    map: mapInTurn(rules),
    fieldNames: rules.map(({ name }) => name),
    fallbacks: fallbacksOf(rules),
    modes: modesOf(rules),
    isInScope,
    reads: (attribute) => readsAttribute(file, attribute) || (attribute === GROUPS && campaigns.length > 0),
    campaigns,
    ...policyOf(definition),
  };
}

const MATCH_BY: readonly string[] = ['Email'];

type Policy = 'match' | 'deactivated' | 'reactivated' | 'deleted' | 'converted' | 'deletedInSalesforce';

function policyOf(file: MappingFile): Pick<Mapping, Policy> {
  const { match, deactivated, reactivated, deleted } = file;
  return {
    match: { by: match?.by ?? MATCH_BY, onMatch: match?.onMatch ?? 'adopt' },
    deactivated: deactivated ?? { set: DEACTIVATED },
    reactivated: reactivated ?? { set: REACTIVATED },
    deleted: { created: deleted?.created ?? 'delete', adopted: deleted?.adopted ?? 'close' },
    converted: file.converted ?? 'follow',
    deletedInSalesforce: file.deletedInSalesforce ?? 'recreate',
  };
}

function modesOf(rules: readonly Rule[]): Mapping['modes'] {
  return new Map(rules.flatMap(({ name, when }) => (when === 'always' ? [] : [[name, when] as const])));
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

/** Also of fields that have a fault. */
const namesOf = (file: unknown): readonly string[] =>
  isObject(file) && isObject(file['fields']) ? Object.keys(file['fields']) : [];

/** A Lead is looked for by what the user has in the field, as a text. */
function reportMatchFields(
  { match }: MappingFile,
  mapped: readonly string[],
  table: LeadFieldTable,
  report: Report,
): void {
  for (const [index, name] of (match?.by ?? []).entries()) {
    const at = ['match', 'by', index];
    const field = findLeadField(table, name);
    if (!mapped.includes(name)) report(at, `"${name}" is not mapped${suggest(name, mapped) || '; add it to "fields"'}`);
    else if (field !== undefined && !isTextField(field)) report(at, `"${name}" holds no text; name another field`);
    else if (field?.type === 'textarea') report(at, `Salesforce does not search "${name}"; name another field`);
  }
}

function reportUnwritable(path: readonly string[], name: string, table: LeadFieldTable, report: Report): void {
  const fault = explainUnwritable(table, name);
  if (fault !== undefined) report(path, fault);
}

/**
 * One user at a time: the time limit of an expression would else count the users that are mapped beside it. Between two of them
 * whoever else waits has a turn: a thousand users take a good part of a second, which no SCIM request should.
 */
function mapInTurn(rules: readonly Rule[]): Mapping['map'] {
  let previous: Promise<unknown> = Promise.resolve();
  return (user) => {
    const mapped = previous.then(() => nextTurn()).then(() => mapUser(rules, user));
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
