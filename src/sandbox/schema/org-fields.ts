/** Which fields the org's own records have: its users, queues and the Organization row. */
import { AUDIT_FIELDS, reference, systemField, type Field } from './field.ts';

const id = (label: string): Field => systemField('Id', label, 'id', { length: 18 });

export const USER_FIELDS: readonly Field[] = [
  id('User ID'),
  systemField('Username', 'Username', 'string', { length: 80, indexed: true }),
  systemField('LastName', 'Last Name', 'string', { length: 80 }),
  systemField('FirstName', 'First Name', 'string', { length: 40 }),
  systemField('Name', 'Full Name', 'string', { length: 121 }),
  systemField('Email', 'Email', 'email', { length: 128 }),
  systemField('Alias', 'Alias', 'string', { length: 8 }),
  systemField('IsActive', 'Active', 'boolean', { defaultValue: true }),
  systemField('UserType', 'User Type', 'picklist', { length: 40, defaultValue: 'Standard' }),
  systemField('TimeZoneSidKey', 'Time Zone', 'picklist', { length: 40, defaultValue: 'GMT' }),
  systemField('LocaleSidKey', 'Locale', 'picklist', { length: 40, defaultValue: 'en_US' }),
  systemField('LanguageLocaleKey', 'Language', 'picklist', { length: 40, defaultValue: 'en_US' }),
  ...AUDIT_FIELDS,
];

export const GROUP_FIELDS: readonly Field[] = [
  id('Group ID'),
  systemField('Name', 'Name', 'string', { length: 40 }),
  systemField('DeveloperName', 'Developer Name', 'string', { length: 80 }),
  systemField('Type', 'Type', 'picklist', { length: 40, defaultValue: 'Queue' }),
  ...AUDIT_FIELDS,
];

export const ORGANIZATION_FIELDS: readonly Field[] = [
  id('Organization ID'),
  systemField('Name', 'Name', 'string', { length: 80 }),
  systemField('Country', 'Country', 'string', { length: 80 }),
  systemField('PrimaryContact', 'Primary Contact', 'string', { length: 80 }),
  systemField('DefaultLocaleSidKey', 'Locale', 'picklist', { length: 40, defaultValue: 'en_US' }),
  systemField('LanguageLocaleKey', 'Language', 'picklist', { length: 40, defaultValue: 'en_US' }),
  systemField('NamespacePrefix', 'Namespace Prefix', 'string', { length: 15 }),
  systemField('InstanceName', 'Instance Name', 'string', { length: 5 }),
  systemField('IsSandbox', 'Is Sandbox', 'boolean', { defaultValue: true }),
  systemField('OrganizationType', 'Edition', 'picklist', { length: 40, defaultValue: 'Developer Edition' }),
  systemField('TrialExpirationDate', 'Trial Expiration Date', 'datetime'),
  reference('CreatedById', 'Created By ID', ['User'], { createable: false, updateable: false }),
  systemField('CreatedDate', 'Created Date', 'datetime'),
  systemField('SystemModstamp', 'System Modstamp', 'datetime'),
];
