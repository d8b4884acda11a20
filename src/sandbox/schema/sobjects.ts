/** Which objects the org has (describeGlobal). */
import type { SandboxConfig } from '../config.ts';
import type { Field, Row } from './field.ts';
import { ACCOUNT_FIELDS, CONTACT_FIELDS } from './account-fields.ts';
import { CAMPAIGN_FIELDS, CAMPAIGN_MEMBER_FIELDS } from './campaign-fields.ts';
import { externalIdField, LEAD_FIELDS, stateCountryFields } from './lead-fields.ts';
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
  label: string,
  labelPlural: string,
  keyPrefix: string,
  fields: readonly Field[],
  writeable = false,
): SObjectType => ({
  name,
  label,
  labelPlural,
  keyPrefix,
  fields,
  writeable,
  fieldsByLowerName: new Map(fields.map((field) => [field.name.toLowerCase(), field])),
  requiredFields: fields.filter((field) => field.required),
  uniqueFields: fields.filter((field) => field.unique),
  blank: buildBlank(fields),
});

const withExternalId = (config: SandboxConfig, fields: readonly Field[]): readonly Field[] =>
  config.externalIdField === null
    ? fields
    : [...fields, externalIdField(config.externalIdField, config.externalIdUnique)];

const leadFields = (config: SandboxConfig): readonly Field[] =>
  withExternalId(config, config.stateCountryPicklists ? [...LEAD_FIELDS, ...stateCountryFields()] : LEAD_FIELDS);

const restrict = (config: SandboxConfig, fields: readonly Field[]): readonly Field[] =>
  fields.map((field) => (config.restrictedPicklists.includes(field.name) ? { ...field, restricted: true } : field));

/** The org's objects by lower-cased name: Salesforce reads names in any case. */
export function buildSchema(config: SandboxConfig): Schema {
  const writeable = (name: string, keyPrefix: string, fields: readonly Field[], label = name): SObjectType =>
    sobject(name, label, `${label}s`, keyPrefix, restrict(config, fields), true);
  const types = [
    writeable('Account', '001', ACCOUNT_FIELDS),
    writeable('Campaign', '701', withExternalId(config, CAMPAIGN_FIELDS)),
    writeable('CampaignMember', '00v', CAMPAIGN_MEMBER_FIELDS, 'Campaign Member'),
    writeable('Contact', '003', CONTACT_FIELDS),
    sobject('Group', 'Group', 'Groups', '00G', GROUP_FIELDS),
    writeable('Lead', '00Q', leadFields(config)),
    sobject('Organization', 'Organization', 'Organizations', '00D', ORGANIZATION_FIELDS),
    sobject('User', 'User', 'Users', '005', USER_FIELDS),
  ];
  return new Map(types.map((type) => [type.name.toLowerCase(), type]));
}

export const findField = (type: SObjectType, name: string): Field | undefined =>
  type.fieldsByLowerName.get(name.toLowerCase());
