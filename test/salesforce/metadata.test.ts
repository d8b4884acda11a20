/** What an administrator deploys (docs/salesforce) is the field and the permissions that the service needs. */
import { readFileSync, readdirSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { XMLParser } from 'fast-xml-parser';
import { SyntaxValidator } from 'fast-xml-validator';

const ROOT = new URL('../../docs/salesforce/', import.meta.url);
const files = readdirSync(ROOT, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.xml'));
const parser = new XMLParser({ isArray: (name) => ['fieldPermissions', 'types', 'objectPermissions'].includes(name) });
const read = (ending: string): Record<string, unknown> => {
  const name = files.find((file) => file.endsWith(ending)) ?? 'missing';
  return parser.parse(readFileSync(new URL(name, ROOT), 'utf8')) as Record<string, unknown>;
};
const schema = (name: string): Record<string, unknown> =>
  JSON.parse(readFileSync(new URL(`../../schemas/${name}.json`, import.meta.url), 'utf8')) as Record<string, unknown>;

it.each(files)('%s is well-formed', (name) => {
  expect(SyntaxValidator.validate(readFileSync(new URL(name, ROOT), 'utf8'))).toBe(true);
});

it('the field is what an upsert by external id needs: unique whatever the case, and marked', () => {
  expect(read('SCIM_Id__c.field-meta.xml')['CustomField']).toMatchObject({
    fullName: 'SCIM_Id__c',
    type: 'Text',
    length: 255,
    externalId: true,
    unique: true,
    caseSensitive: false,
    required: false,
  });
});

/** Salesforce allows no field permission on required fields, nor on the parts of a name and an address. */
const PART_OF: Readonly<Record<string, string | undefined>> = Object.fromEntries([
  ...['Salutation', 'FirstName', 'LastName', 'Company', 'Status'].map((name) => [name, undefined]),
  ...['Street', 'City', 'State', 'PostalCode', 'Country'].map((name) => [name, 'Address']),
]) as Readonly<Record<string, string | undefined>>;

it('the permission set lets its user write every field of the default mapping, and the external id', () => {
  const { fieldPermissions, objectPermissions } = read('.permissionset-meta.xml')['PermissionSet'] as {
    fieldPermissions: readonly { field: string; editable: boolean; readable: boolean }[];
    objectPermissions: readonly Record<string, unknown>[];
  };
  const mapped = Object.keys(schema('lead-mapping')['fields'] as object);
  const wanted = mapped.flatMap((name) => (name in PART_OF ? (PART_OF[name] ?? []) : name));
  const editable = fieldPermissions.filter((one) => one.editable && one.readable).map(({ field }) => field);
  expect(new Set(editable)).toEqual(new Set([...wanted, 'SCIM_Id__c'].map((name) => `Lead.${name}`)));
  expect(objectPermissions).toMatchObject([
    { object: 'Lead', allowCreate: true, allowEdit: true, allowDelete: true, viewAllRecords: true },
  ]);
});

it('the manifest names both, for the API version that the service speaks', () => {
  const { types, version } = read('package.xml')['Package'] as { types: { members: string }[]; version: number };
  expect(types.map(({ members }) => members)).toEqual(['Lead.SCIM_Id__c', 'SCIM_Provisioning']);
  const { SALESFORCE_API_VERSION } = schema('config')['properties'] as { SALESFORCE_API_VERSION: { default: string } };
  expect(version.toFixed(1)).toBe(SALESFORCE_API_VERSION.default);
});
