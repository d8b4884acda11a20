/** What provisioning asks of Salesforce and what it is told back; `salesforce/leads.ts` implements it. */

/** Lead fields by API name; `null` clears a field, an absent one is left alone (Salesforce REST, Update a Record). */
export type LeadFields = Readonly<Record<string, LeadValue>>;
export type LeadValue = string | number | boolean | null;

/** One record to write. A batch never holds two writes of one user: Salesforce refuses both. */
export type LeadWrite =
  | { readonly kind: 'upsert'; readonly externalId: string; readonly fields: LeadFields }
  | { readonly kind: 'create'; readonly fields: LeadFields }
  | { readonly kind: 'update'; readonly leadId: string; readonly fields: LeadFields }
  | { readonly kind: 'delete'; readonly leadId: string };

/** What became of one write. A delete of a Lead that is already gone is `done`. */
export type LeadOutcome =
  | { readonly kind: 'done'; readonly leadId: string; readonly created: boolean }
  | { readonly kind: 'failed'; readonly fault: Fault };

/** A refusal or failure in Salesforce's own words. */
export interface Fault {
  /** `record`: this record alone; `request`: the whole call, so every record in it got the same fault. */
  readonly scope: 'record' | 'request';
  /** HTTP status; absent when no answer came. */
  readonly status?: number;
  /** Salesforce's errorCode, statusCode or OAuth error; for transport faults Node's code (`ECONNRESET`, `ETIMEDOUT`). */
  readonly code: string;
  readonly message: string;
  /** Lead fields that Salesforce names. */
  readonly fields: readonly string[];
  /** Whether Salesforce may have committed the write: `maybe` after a time-out or a reset once the request was out. */
  readonly committed: 'no' | 'maybe';
  /** Milliseconds that Salesforce asked us to wait. */
  readonly retryAfterMs?: number;
}

/** A live Lead that may be the one of a user. */
export interface FoundLead {
  readonly leadId: string;
  /** Absent when the Lead has none. */
  readonly email?: string;
  /** Value of the external-id field; absent when the org has none configured or the field is empty. */
  readonly externalId?: string;
  readonly isConverted: boolean;
}

export type FindBy = 'id' | 'email' | 'externalId';

export type Lookup =
  { readonly kind: 'found'; readonly leads: readonly FoundLead[] } | { readonly kind: 'failed'; readonly fault: Fault };

/** A Lead that comes into a campaign, or leaves it. */
export interface MemberWrite {
  readonly kind: 'join' | 'leave';
  readonly leadId: string;
  /** Id or Name of the Campaign. */
  readonly campaign: string;
  readonly status?: string;
}

/** What became of one of them. Who is in a campaign already has joined it, and who is not has left it. */
export type MemberOutcome = { readonly kind: 'done' } | { readonly kind: 'failed'; readonly fault: Fault };

export interface LeadTarget {
  /** API name of the external-id field on Lead, e.g. `SCIM_Id__c`; absent when the org has none. */
  readonly externalIdField?: string;

  /**
   * Writes up to 200 Leads, one call for each kind of write that occurs.
   *
   * @param deadline epoch milliseconds; a call that could not end before it is not sent
   * @returns outcomes in the order of `writes`; never throws for what Salesforce or the network does
   */
  write(writes: readonly LeadWrite[], deadline: number): Promise<readonly LeadOutcome[]>;

  /**
   * Finds live (not deleted) Leads, in as few queries as the length of `values` allows.
   *
   * @param by `email` and `externalId` compare without case, as Salesforce does; `externalId` only where the org has the field
   */
  find(by: FindBy, values: readonly string[], deadline: number): Promise<Lookup>;

  /**
   * Lets Leads leave campaigns, then join others, with one call for 200 of each and as few queries as the length of a URI allows.
   *
   * @returns outcomes in the order of `writes`; never throws for what Salesforce or the network does
   */
  writeMembers(writes: readonly MemberWrite[], deadline: number): Promise<readonly MemberOutcome[]>;

  /** Address of a Lead's page for people; undefined before the first login. */
  leadUrl(leadId: string): string | undefined;
}
