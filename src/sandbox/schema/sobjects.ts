/** Which objects the org has (describeGlobal). */
import type { SandboxConfig } from '../config.ts';
import type { Field, Row } from './field.ts';
import { externalIdField, LEAD_FIELDS } from './lead-fields.ts';
import { GROUP_FIELDS, ORGANIZATION_FIELDS, USER_FIELDS } from './org-fields.ts';

export interface SObjectType {
  readonly name: string;
  readonly label: string;
  readonly labelPlural: string;
  readonly keyPrefix: string;
  readonly fields: readonly Field[];
  /** Whether clients may create, update and delete its records. */
  readonly writeable: boolean;
  readonly fieldsByLowerName: ReadonlyMap<string, Field>;
  readonly requiredFields: readonly Field[];
  readonly uniqueFields: readonly Field[];
  /** A record with nothing but defaults. */
  readonly blank: Row;
}

export type Schema = ReadonlyMap<string, SObjectType>;

const buildBlank = (fields: readonly Field[]): Row =>
  Object.fromEntries(fields.map((field) => [field.name, field.defaultValue]));

const sobject = (
  name: string,
  labelPlural: string,
  keyPrefix: string,
  fields: readonly Field[],
  writeable = false,
): SObjectType => ({
  name,
  label: name,
  labelPlural,
  keyPrefix,
  fields,
  writeable,
  fieldsByLowerName: new Map(fields.map((field) => [field.name.toLowerCase(), field])),
  requiredFields: fields.filter((field) => field.required),
  uniqueFields: fields.filter((field) => field.unique),
  blank: buildBlank(fields),
});

const leadFields = (config: SandboxConfig): readonly Field[] =>
  config.externalIdField === null
    ? LEAD_FIELDS
    : [...LEAD_FIELDS, externalIdField(config.externalIdField, config.externalIdUnique)];

/** The org's objects by lower-cased name: Salesforce reads names in any case. */
export function buildSchema(config: SandboxConfig): Schema {
  const types = [
    sobject('Group', 'Groups', '00G', GROUP_FIELDS),
    sobject('Lead', 'Leads', '00Q', leadFields(config), true),
    sobject('Organization', 'Organizations', '00D', ORGANIZATION_FIELDS),
    sobject('User', 'Users', '005', USER_FIELDS),
  ];
  return new Map(types.map((type) => [type.name.toLowerCase(), type]));
}

export const findField = (type: SObjectType, name: string): Field | undefined =>
  type.fieldsByLowerName.get(name.toLowerCase());
