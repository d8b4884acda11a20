/** A lane of a test: one user whose change is due. */
import type { LeadFields } from '../../../src/provisioning/lead-target.ts';
import type { Lane, LeadLink } from '../../../src/storage/store.ts';

export const LEAD_ID = '00Q000000000001AAA';

interface Link extends Omit<LeadLink, 'told'> {
  readonly told?: LeadFields;
}

export function laneWith({ told, ...link }: Link = {}): Lane {
  return {
    connector: 'salesforce',
    userId: '2819c223-7f76-453a-919d-413861904646',
    state: 'due',
    dueAt: 0,
    attempts: 1,
    tailSeq: 1,
    doubts: 0,
    headSeq: 0,
    ...link,
    ...(told === undefined ? {} : { told: JSON.stringify(told) }),
  };
}
