/** Which fields Account and Contact have: what a converted Lead becomes (Object Reference: Account, Contact). */
import { AUDIT_FIELDS, field, READ_ONLY, reference, systemField, type Field } from './field.ts';
import { INDUSTRY, SALUTATION, SOURCE } from './picklists.ts';

/** Street, City, … under the prefix of an address; the compound field is the prefix itself. */
const addressFields = (prefix: string): readonly Field[] => [
  field(`${prefix}Street`, `${prefix} Street`, 'textarea', { length: 255 }),
  field(`${prefix}City`, `${prefix} City`, 'string', { length: 40 }),
  field(`${prefix}State`, `${prefix} State/Province`, 'string', { length: 80 }),
  field(`${prefix}PostalCode`, `${prefix} Zip/Postal Code`, 'string', { length: 20 }),
  field(`${prefix}Country`, `${prefix} Country`, 'string', { length: 80 }),
];

export const ACCOUNT_FIELDS: readonly Field[] = [
  systemField('Id', 'Account ID', 'id', { length: 18 }),
  systemField('IsDeleted', 'Deleted', 'boolean', { defaultValue: false }),
  reference('MasterRecordId', 'Master Record ID', ['Account'], READ_ONLY),
  field('Name', 'Account Name', 'string', { length: 255, required: true, indexed: true }),
  field('Type', 'Account Type', 'picklist', { length: 255 }),
  reference('ParentId', 'Parent Account ID', ['Account']),
  ...addressFields('Billing'),
  field('Phone', 'Account Phone', 'phone', { length: 40 }),
  field('Fax', 'Account Fax', 'phone', { length: 40 }),
  field('AccountNumber', 'Account Number', 'string', { length: 40 }),
  field('Website', 'Website', 'url', { length: 255 }),
  field('Industry', 'Industry', 'picklist', { length: 255, picklist: INDUSTRY }),
  field('AnnualRevenue', 'Annual Revenue', 'currency'),
  field('NumberOfEmployees', 'Employees', 'int'),
  field('Description', 'Account Description', 'textarea', { length: 32_000, filterable: false }),
  reference('OwnerId', 'Owner ID', ['User']),
  ...AUDIT_FIELDS,
];

export const CONTACT_FIELDS: readonly Field[] = [
  systemField('Id', 'Contact ID', 'id', { length: 18 }),
  systemField('IsDeleted', 'Deleted', 'boolean', { defaultValue: false }),
  reference('MasterRecordId', 'Master Record ID', ['Contact'], READ_ONLY),
  reference('AccountId', 'Account ID', ['Account'], { indexed: true }),
  field('LastName', 'Last Name', 'string', { length: 80, required: true }),
  field('FirstName', 'First Name', 'string', { length: 40 }),
  field('Salutation', 'Salutation', 'picklist', { length: 40, picklist: SALUTATION }),
  systemField('Name', 'Full Name', 'string', { length: 121 }),
  ...addressFields('Mailing'),
  field('Phone', 'Business Phone', 'phone', { length: 40 }),
  field('Fax', 'Business Fax', 'phone', { length: 40 }),
  field('MobilePhone', 'Mobile Phone', 'phone', { length: 40 }),
  field('Email', 'Email', 'email', { length: 80, indexed: true }),
  field('Title', 'Title', 'string', { length: 128 }),
  field('Department', 'Department', 'string', { length: 80 }),
  field('LeadSource', 'Lead Source', 'picklist', { length: 255, picklist: SOURCE }),
  field('Description', 'Contact Description', 'textarea', { length: 32_000, filterable: false }),
  reference('OwnerId', 'Owner ID', ['User']),
  field('HasOptedOutOfEmail', 'Email Opt Out', 'boolean', { defaultValue: false }),
  field('HasOptedOutOfFax', 'Fax Opt Out', 'boolean', { defaultValue: false }),
  field('DoNotCall', 'Do Not Call', 'boolean', { defaultValue: false }),
  ...AUDIT_FIELDS,
];
