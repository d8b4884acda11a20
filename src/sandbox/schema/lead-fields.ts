/** Which fields a Lead has, in the order of describe (Object Reference: Lead). */
import { COUNTRY_CODES, STATE_CODES } from './countries.ts';
import { AUDIT_FIELDS, field, READ_ONLY, reference, systemField, type Field } from './field.ts';
import { INDUSTRY, SALUTATION, SOURCE } from './picklists.ts';

const STATUS = ['Open - Not Contacted', 'Working - Contacted', 'Closed - Converted', 'Closed - Not Converted'];

export const LEAD_FIELDS: readonly Field[] = [
  systemField('Id', 'Lead ID', 'id', { length: 18 }),
  systemField('IsDeleted', 'Deleted', 'boolean', { defaultValue: false }),
  reference('MasterRecordId', 'Master Record ID', ['Lead'], READ_ONLY),
  field('LastName', 'Last Name', 'string', { length: 80, required: true }),
  field('FirstName', 'First Name', 'string', { length: 40 }),
  field('Salutation', 'Salutation', 'picklist', { length: 40, picklist: SALUTATION }),
  systemField('Name', 'Full Name', 'string', { length: 121 }),
  reference('RecordTypeId', 'Record Type ID', ['RecordType']),
  field('Title', 'Title', 'string', { length: 128 }),
  field('Company', 'Company', 'string', { length: 255, required: true }),
  field('Street', 'Street', 'textarea', { length: 255 }),
  field('City', 'City', 'string', { length: 40 }),
  field('State', 'State/Province', 'string', { length: 80 }),
  field('PostalCode', 'Zip/Postal Code', 'string', { length: 20 }),
  field('Country', 'Country', 'string', { length: 80 }),
  field('Latitude', 'Latitude', 'double'),
  field('Longitude', 'Longitude', 'double'),
  field('GeocodeAccuracy', 'Geocode Accuracy', 'picklist', { length: 40 }),
  systemField('Address', 'Address', 'address', { filterable: false }),
  field('Phone', 'Phone', 'phone', { length: 40 }),
  field('MobilePhone', 'Mobile Phone', 'phone', { length: 40 }),
  field('Fax', 'Fax', 'phone', { length: 40 }),
  field('Email', 'Email', 'email', { length: 80, indexed: true }),
  field('Website', 'Website', 'url', { length: 255 }),
  systemField('PhotoUrl', 'Photo URL', 'url', { length: 255 }),
  field('Description', 'Description', 'textarea', { length: 32_000, filterable: false }),
  field('LeadSource', 'Lead Source', 'picklist', { length: 255, picklist: SOURCE }),
  field('Status', 'Status', 'picklist', { length: 255, picklist: STATUS, defaultValue: 'Open - Not Contacted' }),
  field('Industry', 'Industry', 'picklist', { length: 255, picklist: INDUSTRY }),
  field('Rating', 'Rating', 'picklist', { length: 255, picklist: ['Hot', 'Warm', 'Cold'] }),
  field('AnnualRevenue', 'Annual Revenue', 'currency'),
  field('NumberOfEmployees', 'Employees', 'int'),
  reference('OwnerId', 'Owner ID', ['Group', 'User']),
  field('HasOptedOutOfEmail', 'Email Opt Out', 'boolean', { defaultValue: false }),
  systemField('IsConverted', 'Converted', 'boolean', { defaultValue: false }),
  systemField('ConvertedDate', 'Converted Date', 'date'),
  reference('ConvertedAccountId', 'Converted Account ID', ['Account'], READ_ONLY),
  reference('ConvertedContactId', 'Converted Contact ID', ['Contact'], READ_ONLY),
  reference('ConvertedOpportunityId', 'Converted Opportunity ID', ['Opportunity'], READ_ONLY),
  field('IsUnreadByOwner', 'Unread By Owner', 'boolean', { defaultValue: true }),
  ...AUDIT_FIELDS,
  systemField('LastActivityDate', 'Last Activity', 'date'),
  field('DoNotCall', 'Do Not Call', 'boolean', { defaultValue: false }),
  field('HasOptedOutOfFax', 'Fax Opt Out', 'boolean', { defaultValue: false }),
  systemField('LastViewedDate', 'Last Viewed Date', 'datetime'),
  systemField('LastReferencedDate', 'Last Referenced Date', 'datetime'),
  systemField('LastTransferDate', 'Last Transfer Date', 'date'),
  systemField('Jigsaw', 'Data.com Key', 'string', { length: 20 }),
  systemField('JigsawContactId', 'Jigsaw Contact ID', 'string', { length: 20 }),
  field('EmailBouncedReason', 'Email Bounced Reason', 'string', { length: 255 }),
  field('EmailBouncedDate', 'Email Bounced Date', 'datetime'),
];

/** Beside the text of state and country, once the org has lists of them. */
export const stateCountryFields = (): readonly Field[] => [
  field('StateCode', 'State/Province Code', 'picklist', { length: 10, picklist: STATE_CODES }),
  field('CountryCode', 'Country Code', 'picklist', { length: 10, picklist: COUNTRY_CODES }),
];

/** The text field an administrator adds so that each record carries the id it has elsewhere. */
export const externalIdField = (name: string, unique: boolean): Field =>
  field(name, name.replace(/__c$/, '').replaceAll('_', ' '), 'string', {
    length: 255,
    externalId: true,
    unique,
    indexed: true,
    custom: true,
  });
