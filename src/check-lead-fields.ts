/** Whether the org's Lead takes what the mapping and the service write, by what the org says of its fields. */
import type { LeadValue } from './provisioning/lead-target.ts';
import type { MappingFile, RuleDefinition, WriteMode } from './provisioning/mapping/file.ts';
import type { LeadField } from './salesforce/describe.ts';
import { results, type CheckResult } from './check-result.ts';

const fields = results('lead fields');
const externalId = results('external id field');

type Fields = readonly LeadField[];

/** Names compare without case, as Salesforce compares them. */
const find = (described: Fields, name: string): LeadField | undefined =>
  described.find((field) => field.name.toLowerCase() === name.toLowerCase());

/** @param table lengths of standard fields that `truncate: true` goes by */
export function checkLeadFields(
  mapping: MappingFile,
  described: Fields,
  table: Readonly<Record<string, { readonly length?: number }>>,
): readonly CheckResult[] {
  const rules = Object.entries(mapping.fields);
  const sections = (['deactivated', 'reactivated'] as const).flatMap((name) =>
    Object.entries(mapping[name]?.set ?? {}),
  );
  const faults = [
    ...rules.flatMap(([name, rule]) => checkRule(name, rule, find(described, name), table[name]?.length)),
    ...sections.flatMap(([name, value]) => checkSet(name, value, find(described, name))),
    ...(mapping.match?.by ?? []).flatMap((name) => checkSearched(find(described, name))),
    ...checkRequired(new Set(rules.map(([name]) => name.toLowerCase())), described),
  ];
  return faults.length > 0 ? faults : [fields.ok(`all ${rules.length} mapped fields are there and can be written`)];
}

function checkRule(
  name: string,
  rule: RuleDefinition,
  field: LeadField | undefined,
  standardLength: number | undefined,
): readonly CheckResult[] {
  if (!field) return [missing(name)];
  const fixed = [rule.constant, rule.default].filter((value) => value !== undefined);
  return [
    ...checkWritable(field, rule.when),
    ...fixed.flatMap((value) => checkValue(field, value)),
    ...checkLength(field, rule, standardLength),
  ];
}

function checkSet(name: string, value: LeadValue, field: LeadField | undefined): readonly CheckResult[] {
  if (!field) return [missing(name)];
  return [...checkWritable(field), ...checkValue(field, value)];
}

const missing = (name: string): CheckResult =>
  fields.failed(`the org's Lead has no field ${name}, or its user may not see it: mend the mapping or the permissions`);

/** A field that is missing is told of already. */
function checkSearched(field: LeadField | undefined): readonly CheckResult[] {
  if (field === undefined || field.filterable) return [];
  return [fields.failed(`Salesforce does not search ${field.name}: take it out of match.by`)];
}

/** What is written to new Leads only need not be changed afterwards. */
function checkWritable({ name, createable, updateable }: LeadField, when?: WriteMode): readonly CheckResult[] {
  if (createable && (updateable || when === 'onCreate')) return [];
  const what = createable ? 'changed' : updateable ? 'set when a Lead is made' : 'written';
  return [fields.failed(`${name} cannot be ${what} by the Salesforce user: give it edit access, or unmap the field`)];
}

const KINDS: Readonly<Record<string, 'number' | 'boolean'>> = {
  boolean: 'boolean',
  int: 'number',
  double: 'number',
  currency: 'number',
  percent: 'number',
};
const PICKLISTS: ReadonlySet<string> = new Set(['picklist', 'multipicklist']);

/** @param value that the mapping names itself */
function checkValue(field: LeadField, value: LeadValue): readonly CheckResult[] {
  const { name, type, length, picklistValues, restrictedPicklist } = field;
  if (value === null) return [];
  const kind = KINDS[type];
  if (kind !== undefined && typeof value !== kind)
    return [fields.failed(`${name} is of type ${type}: the mapping gives it ${JSON.stringify(value)}`)];
  // An open picklist takes any value from a program.
  if (PICKLISTS.has(type) && restrictedPicklist && !picklistValues.includes(String(value)))
    return [
      fields.failed(`${name} has no value ${JSON.stringify(value)}: it has ${picklistValues.join(', ') || 'none'}`),
    ];
  if (kind === undefined && length > 0 && String(value).length > length)
    return [fields.failed(`${name} takes ${length} characters: ${JSON.stringify(value)} has more`)];
  return [];
}

/** A length that the mapping goes by must not be above the org's. */
function checkLength(
  { name, length }: LeadField,
  { truncate }: RuleDefinition,
  standardLength: number | undefined,
): readonly CheckResult[] {
  const cutAt = truncate === true ? standardLength : truncate;
  if (length === 0 || typeof cutAt !== 'number' || cutAt <= length) return [];
  return [
    fields.warning(`${name} takes ${length} characters, the mapping cuts at ${cutAt}: set truncate to ${length}`),
  ];
}

function checkRequired(mapped: ReadonlySet<string>, described: Fields): readonly CheckResult[] {
  return described
    .filter(({ nillable, createable, defaultedOnCreate }) => createable && !nillable && !defaultedOnCreate)
    .filter(({ name }) => !mapped.has(name.toLowerCase()))
    .map(({ name }) => fields.failed(`the org requires ${name} of a Lead, and the mapping does not fill it: map it`));
}

/** Characters of a user's id. */
const ID_LENGTH = 36;

export function checkExternalIdField(name: string | undefined, described: Fields): readonly CheckResult[] {
  if (name === undefined)
    return [
      externalId.warning(
        'none is set: make one and set SALESFORCE_EXTERNAL_ID_FIELD, so that writes are safe to repeat',
      ),
    ];
  const field = find(described, name);
  if (!field)
    return [
      externalId.failed(`the org's Lead has no field ${name}, or its user may not see it: docs/connect-salesforce.md`),
    ];
  const faults = EXTERNAL_ID_NEEDS.filter(({ holds }) => !holds(field)).map(({ fault }) => fault);
  if (faults.length > 0) return [externalId.failed(`${name} ${faults.join(', and ')}: change the field in Setup`)];
  if (field.caseSensitive)
    return [externalId.warning(`${name} treats "ABC" and "abc" as different: make it case-insensitive`)];
  return [externalId.ok(`${name} is an external id, unique and can be written`)];
}

const EXTERNAL_ID_NEEDS: readonly { readonly holds: (field: LeadField) => boolean; readonly fault: string }[] = [
  { holds: ({ type }) => type === 'string', fault: 'is no text' },
  { holds: ({ length }) => length >= ID_LENGTH, fault: `is shorter than ${ID_LENGTH} characters` },
  { holds: (field) => field.externalId, fault: 'is no external id' },
  { holds: ({ unique }) => unique, fault: 'is not unique' },
  {
    holds: ({ createable, updateable }) => createable && updateable,
    fault: 'cannot be written by the Salesforce user',
  },
];
