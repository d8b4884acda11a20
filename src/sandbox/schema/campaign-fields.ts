/** Which fields Campaign and CampaignMember have (Object Reference: Campaign, CampaignMember). */
import { AUDIT_FIELDS, field, reference, systemField, type Field } from './field.ts';

const STATUS = ['Planned', 'In Progress', 'Completed', 'Aborted'];
const TYPE = ['Conference', 'Webinar', 'Trade Show', 'Public Relations', 'Partners', 'Referral Program', 'Other'];
const MEMBER_STATUS = ['Sent', 'Responded'];

export const CAMPAIGN_FIELDS: readonly Field[] = [
  systemField('Id', 'Campaign ID', 'id', { length: 18 }),
  systemField('IsDeleted', 'Deleted', 'boolean', { defaultValue: false }),
  field('Name', 'Name', 'string', { length: 80, required: true, indexed: true }),
  reference('ParentId', 'Parent Campaign ID', ['Campaign']),
  field('Type', 'Type', 'picklist', { length: 255, picklist: TYPE }),
  field('Status', 'Status', 'picklist', { length: 255, picklist: STATUS, defaultValue: 'Planned' }),
  field('StartDate', 'Start Date', 'date'),
  field('EndDate', 'End Date', 'date'),
  field('ExpectedRevenue', 'Expected Revenue', 'currency'),
  field('BudgetedCost', 'Budgeted Cost', 'currency'),
  field('ActualCost', 'Actual Cost', 'currency'),
  field('NumberSent', 'Num Sent', 'double'),
  field('IsActive', 'Active', 'boolean', { defaultValue: false }),
  field('Description', 'Description', 'textarea', { length: 32_000, filterable: false }),
  reference('OwnerId', 'Owner ID', ['User']),
  ...AUDIT_FIELDS,
];

/** Whom a member is of which campaign cannot be changed. */
const FIXED = { updateable: false, indexed: true };

export const CAMPAIGN_MEMBER_FIELDS: readonly Field[] = [
  systemField('Id', 'Campaign Member ID', 'id', { length: 18 }),
  systemField('IsDeleted', 'Deleted', 'boolean', { defaultValue: false }),
  reference('CampaignId', 'Campaign ID', ['Campaign'], { ...FIXED, required: true }),
  reference('LeadId', 'Lead ID', ['Lead'], FIXED),
  reference('ContactId', 'Contact ID', ['Contact'], FIXED),
  field('Status', 'Status', 'picklist', { length: 40, picklist: MEMBER_STATUS, defaultValue: 'Sent' }),
  systemField('HasResponded', 'Responded', 'boolean', { defaultValue: false }),
  systemField('FirstRespondedDate', 'First Responded Date', 'date'),
  ...AUDIT_FIELDS,
  systemField('LeadOrContactId', 'Related Record ID', 'reference', { length: 18, referenceTo: ['Contact', 'Lead'] }),
  systemField('Type', 'Related Record Type', 'picklist', { length: 40 }),
];
