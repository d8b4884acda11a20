/** Which picklists an administrator can restrict: those whose values are known here. */
import { ACCOUNT_FIELDS, CONTACT_FIELDS } from './account-fields.ts';
import { CAMPAIGN_FIELDS, CAMPAIGN_MEMBER_FIELDS } from './campaign-fields.ts';
import { LEAD_FIELDS } from './lead-fields.ts';

const FIELDS = [...ACCOUNT_FIELDS, ...CAMPAIGN_FIELDS, ...CAMPAIGN_MEMBER_FIELDS, ...CONTACT_FIELDS, ...LEAD_FIELDS];

/** By API name; two objects may have one of the same name. */
export const PICKLIST_FIELDS: ReadonlySet<string> = new Set(
  FIELDS.filter((field) => field.picklist.length > 0).map((field) => field.name),
);
