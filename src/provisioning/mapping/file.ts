/** Whether a mapping file has the right shape, and what it says (`schemas/mapping.json`). */
import { Ajv, type ErrorObject } from 'ajv';
import { isObject, type JsonObject } from '../../scim/json.ts';
import type { FaultPath, Report } from './error.ts';
import { suggest } from './nearest.ts';
import type { LeadFields } from '../lead-target.ts';

export type OnMatch = 'adopt' | 'skip' | 'park';
export type OnDelete = 'delete' | 'close' | 'leave';
/** When a field is written: always, when the Lead is made, or where it holds nothing. */
export type WriteMode = 'always' | 'onCreate' | 'whenEmpty';
/** What becomes of a user whose Lead was converted. */
export type OnConverted = 'follow' | 'leave';
/** What becomes of a user whose Lead somebody deleted in Salesforce. */
export type OnLost = 'recreate' | 'leave' | 'park';

/** One member of `fields` as it is written. */
export interface RuleDefinition {
  readonly from?: string | readonly string[];
  readonly constant?: string | number | boolean;
  readonly expression?: string;
  readonly default?: string | number | boolean;
  readonly truncate?: boolean | number;
  readonly clear?: boolean;
  readonly when?: WriteMode;
}

/** A user, and what the mapping has to make of it. */
export interface MappingTest {
  readonly name: string;
  readonly user: JsonObject;
  /** The fields to look at, null where a field has no value; null in their place: no Lead is made. */
  readonly lead: LeadFields | null;
}

export interface MappingFile {
  readonly fields: Readonly<Record<string, RuleDefinition>>;
  /** SCIM filter. */
  readonly scope?: string;
  readonly match?: { readonly by?: readonly string[]; readonly onMatch?: OnMatch };
  readonly deactivated?: { readonly set: LeadFields };
  readonly reactivated?: { readonly set: LeadFields };
  readonly deleted?: { readonly created?: OnDelete; readonly adopted?: OnDelete };
  readonly converted?: OnConverted;
  readonly deletedInSalesforce?: OnLost;
  readonly tests?: readonly MappingTest[];
  readonly campaigns?: readonly CampaignRule[];
}

/** Who is in the group has a Lead in the campaign. */
export interface CampaignRule {
  /** displayName or id. */
  readonly group: string;
  /** Id or Name. */
  readonly campaign: string;
  /** Of new members. */
  readonly status?: string;
}

/**
 * Reports every fault of shape.
 *
 * @param schema the content of `schemas/mapping.json`
 * @returns the members that have none, so that one run finds their other faults too
 */
export function readMappingFile(file: unknown, schema: JsonObject, report: Report): MappingFile {
  const faults = findShapeFaults(file, schema);
  for (const { path, text } of faults) report(path, text);
  return keepSound(
    file,
    faults.map(({ path }) => path),
  );
}

interface ShapeFault {
  readonly path: FaultPath;
  readonly text: string;
}

// It keeps what it compiled, and there is one schema.
const ajv = new Ajv({ allErrors: true, allowUnionTypes: true, strictRequired: false, verbose: true });

function findShapeFaults(file: unknown, schema: JsonObject): readonly ShapeFault[] {
  const validate = ajv.compile(schema);
  if (validate(file)) return [];
  const errors = (validate.errors ?? []).filter((error) => !isDetailOfAnother(error));
  return errors.map((error) => ({ path: pathOf(error), text: explain(error) }));
}

/** What the branches of a choice, and the checks of a name, say one by one is noise beside what they say together. */
function isDetailOfAnother({ schemaPath, propertyName }: ErrorObject): boolean {
  return /\/oneOf\/\d/.test(schemaPath) || propertyName !== undefined;
}

function pathOf({ instancePath, keyword, params }: ErrorObject): FaultPath {
  const steps = instancePath.split('/').slice(1).map(readStep);
  return keyword === 'propertyNames' ? [...steps, String(params['propertyName'])] : steps;
}

/** One step of a JSON pointer (RFC 6901 §4). Only arrays of this format have steps that are numbers. */
function readStep(step: string): string | number {
  return /^\d+$/.test(step) ? Number(step) : step.replaceAll('~1', '/').replaceAll('~0', '~');
}

type Explain = (error: ErrorObject, params: Readonly<Record<string, unknown>>) => string;

const EXPLANATIONS: Readonly<Record<string, Explain>> = {
  additionalProperties: (error, params) => {
    const name = String(params['additionalProperty']);
    return `has an unknown member "${name}"${suggest(name, membersOf(error.parentSchema))}`;
  },
  required: (_error, params) => `needs a member "${String(params['missingProperty'])}"`,
  enum: (_error, params) => `must be one of ${listOf(params['allowedValues'])}`,
  type: (_error, params) => `must be of type ${listOf(params['type'])}`,
  oneOf: () =>
    'needs exactly one of "from", "constant" and "expression", or "default" alone; a constant has no default',
  minLength: () => 'must not be empty',
  minItems: () => 'must not be empty',
  uniqueItems: () => 'must not name anything twice',
  minimum: () => 'must be at least 1',
  propertyNames: () => 'is no name of a field; use its API name, such as LastName or Region__c',
};

function explain(error: ErrorObject): string {
  return EXPLANATIONS[error.keyword]?.(error, error.params) ?? error.message ?? error.keyword;
}

function listOf(value: unknown): string {
  return Array.isArray(value) ? value.join(', ') : String(value);
}

function membersOf(schema: unknown): readonly string[] {
  return isObject(schema) && isObject(schema['properties']) ? Object.keys(schema['properties']) : [];
}

const SECTIONS = [
  'scope',
  'match',
  'deactivated',
  'reactivated',
  'deleted',
  'converted',
  'deletedInSalesforce',
  'campaigns',
  'tests',
] as const;

function keepSound(file: unknown, faulty: readonly FaultPath[]): MappingFile {
  const root = isObject(file) ? file : {};
  const fields = isObject(root['fields']) ? root['fields'] : {};
  const faultySections = new Set(faulty.map(([section]) => section));
  // A name of digits alone was read as a number.
  const faultyFields = new Set(faulty.flatMap(([section, name]) => (section === 'fields' ? [String(name)] : [])));
  const soundFields = Object.entries(fields).filter(([name]) => !faultyFields.has(name));
  const soundSections = SECTIONS.filter((name) => name in root && !faultySections.has(name)).map((name) => [
    name,
    root[name],
  ]);
  // The schema describes these types, and no member with a fault is left.
  return { ...Object.fromEntries(soundSections), fields: Object.fromEntries(soundFields) } as MappingFile;
}
