/** How the suite tells whose Lead it sees: by the id of its user that the Lead bears, or, in an org without a field for it, by its e-mail. */
import type { RecordWrite } from '../../../src/sandbox/org.ts';

export interface Identity {
  /** Of the Lead: its value is what `ExpectedLead` is kept under. */
  readonly field: 'SCIM_Id__c' | 'Email';
  /** What writes of one Lead, or of all Leads of one user, have in common; undefined where that cannot be told. */
  readonly ownerOf: (write: RecordWrite) => string | undefined;
  /** @returns what the Lead of this user has in `field` */
  readonly valueOf: (user: { readonly id: string; readonly email: string }) => string;
}

const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

export const BY_ID: Identity = {
  field: 'SCIM_Id__c',
  ownerOf: ({ record }) => textOf(record['SCIM_Id__c']),
  valueOf: ({ id }) => id,
};

/** An e-mail may go from a user to the next, and the Lead with it: only the Lead itself can be followed. */
export const BY_EMAIL: Identity = {
  field: 'Email',
  ownerOf: ({ id }) => id,
  valueOf: ({ email }) => email,
};
