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
  /**
   * Whose it is, of a call that was refused as a whole. `own`: this record was refused alone while others were taken; `shared`: others
   * were in its call, and it was not tried alone; `all`: several were refused alone, and none was taken. Absent: it was alone.
   * Of a record, `all`: Salesforce said of it what holds for everybody, and took no other.
   */
  readonly blame?: 'own' | 'shared' | 'all';
}

/** A live Lead that may be the one of a user. */
export interface FoundLead {
  readonly leadId: string;
  /** What it holds in the field by which it was found; absent where it was found by id. */
  readonly value?: string;
  /** Value of the external-id field; absent when the org has none configured or the field is empty. */
  readonly externalId?: string;
  readonly isConverted: boolean;
}

/** `field`: API name of a Lead field that holds text. */
export type FindBy = 'id' | 'externalId' | { readonly field: string };

/** What became of a Lead, be it live or in the recycle bin. */
export interface TracedLead {
  readonly leadId: string;
  readonly isDeleted: boolean;
  /** The Lead that it was merged into. */
  readonly masterId?: string;
  readonly isConverted: boolean;
  /** The Contact that it was converted to. */
  readonly contactId?: string;
  /** Absent when the org has no external-id field configured or the field is empty. */
  readonly externalId?: string;
}

export type Trace =
  | { readonly kind: 'traced'; readonly leads: readonly TracedLead[] }
  | { readonly kind: 'failed'; readonly fault: Fault };

export type Lookup =
  { readonly kind: 'found'; readonly leads: readonly FoundLead[] } | { readonly kind: 'failed'; readonly fault: Fault };

/** A Lead that comes into a campaign, or leaves it. */
export interface MemberWrite {
  readonly kind: 'join' | 'leave';
  readonly leadId: string;
  /** Id or Name of the Campaign. */
  readonly campaign: string;
  /** Its id, where it is known which one it was: people give campaigns other names. */
  readonly campaignId?: string;
  readonly status?: string;
}

/** What became of one of them. Who is in a campaign already has joined it, and who is not has left it. */
export type MemberOutcome =
  /** `campaignId`: which campaign was meant. */
  { readonly kind: 'done'; readonly campaignId?: string } | { readonly kind: 'failed'; readonly fault: Fault };

/** API calls of the org in rolling 24 hours. Each answer that tells of them makes another one. */
export interface ApiUsage {
  readonly used: number;
  readonly max: number;
}

/** An upsert that creates, as a job takes it. */
export type LoadWrite = Extract<LeadWrite, { readonly kind: 'upsert' }>;

/** What Salesforce says of a bulk job. Those that are `open` or `waiting` have written nothing yet. */
export interface LoadJob {
  readonly kind: 'job';
  readonly state: 'open' | 'waiting' | 'running' | 'complete' | 'failed' | 'aborted';
  /** Records that are done, be they saved or refused. */
  readonly processed: number;
  /** Why it failed. */
  readonly message?: string;
}

export interface Failed {
  readonly kind: 'failed';
  readonly fault: Fault;
}

/** Bulk jobs, step by step: who drives one writes down how far it is. None of these throws for what Salesforce does. */
export interface LeadLoader {
  /** As many of the first writes as one job should have. Values that CSV cannot say are none of its business. */
  fitting(writes: readonly LoadWrite[]): readonly LoadWrite[];
  /** Makes a job that has no data. */
  open(deadline: number): Promise<{ readonly kind: 'opened'; readonly jobId: string } | Failed>;
  /** Sends the data; nothing is written before `start`. */
  upload(jobId: string, writes: readonly LoadWrite[], deadline: number): Promise<{ readonly kind: 'done' } | Failed>;
  /** Salesforce refuses this for a job that was aborted, so who was stopped meanwhile cannot start it any more. */
  start(jobId: string, deadline: number): Promise<{ readonly kind: 'done' } | Failed>;
  abort(jobId: string, deadline: number): Promise<{ readonly kind: 'done' } | Failed>;
  look(jobId: string, deadline: number): Promise<LoadJob | Failed>;
  /** @returns outcomes in the order of `writes`; a record that Salesforce did not get to is no outcome */
  results(
    jobId: string,
    writes: readonly LoadWrite[],
    deadline: number,
  ): Promise<{ readonly kind: 'results'; readonly outcomes: readonly (LeadOutcome | undefined)[] } | Failed>;
}

export interface LeadTarget extends Pick<LeadReader, 'readLeads'> {
  /** API name of the external-id field on Lead, e.g. `SCIM_Id__c`; absent when the org has none. */
  readonly externalIdField?: string;

  /** How many writes one call takes in good time, as fast as Salesforce was last: 1 to 1,000. */
  readonly batchSize: number;

  /**
   * Writes Leads in as few calls as Salesforce answers in good time.
   *
   * @param deadline epoch milliseconds; a call that could not end before it is not sent
   * @returns outcomes in the order of `writes`; never throws for what Salesforce or the network does
   */
  write(writes: readonly LeadWrite[], deadline: number): Promise<readonly LeadOutcome[]>;

  /** When it last carried out a call of writes, whatever it said of the records; undefined before. Epoch milliseconds. */
  answeredAt?(): number | undefined;

  /**
   * Finds live (not deleted) Leads, in as few queries as the length of `values` allows.
   *
   * @param by all but ids compare without case, as Salesforce does; `externalId` only where the org has the field
   */
  find(by: FindBy, values: readonly string[], deadline: number): Promise<Lookup>;

  /** Tells what became of Leads, also of deleted ones. Those that left the recycle bin, or that nobody may see, are missing. */
  trace(leadIds: readonly string[], deadline: number): Promise<Trace>;
  /**
   * Lets Leads leave campaigns, then join others, with one call for 200 of each and as few queries as the length of a URI allows.
   *
   * @returns outcomes in the order of `writes`; never throws for what Salesforce or the network does
   */
  writeMembers(writes: readonly MemberWrite[], deadline: number): Promise<readonly MemberOutcome[]>;

  /** Absent where Leads are not written by bulk jobs. */
  readonly loader?: LeadLoader;

  /** Id of the user as whom this service writes; undefined before the first login, and where Salesforce does not tell. */
  userId(): string | undefined;

  /** Address of a Lead's page for people; undefined before the first login. */
  leadUrl(leadId: string): string | undefined;

  /** As the latest answer told; undefined before the first. Absent where calls are not counted. */
  apiUsage?(): ApiUsage | undefined;

  /** Asks Salesforce what `apiUsage` should tell, with one call. */
  askApiUsage?(
    deadline: number,
  ): Promise<{ readonly kind: 'told' } | { readonly kind: 'failed'; readonly fault: Fault }>;

  /** Tells the credentials that it logs in with from others, and nothing else of them. Absent where there are none. */
  credentials?(): Promise<string>;

  /** Lets credentials be tried that were refused: somebody says that they are mended. */
  reset?(): void;
}

/** A Lead with what it holds. */
export interface LiveLead {
  readonly leadId: string;
  /** Absent when the org has no such field configured or it is empty. */
  readonly externalId?: string;
  readonly isConverted: boolean;
  /** In the recycle bin; only where changes were asked for. */
  readonly isDeleted: boolean;
  /** Every field that was asked for; null where it is empty. */
  readonly fields: LeadFields;
}

export interface LeadListRequest {
  /** API names of the fields to read. */
  readonly fields: readonly string[];
  /** Epoch milliseconds: only Leads that changed then or later (SystemModstamp), those that were deleted included. */
  readonly changedSince?: number;
  /** The `next` of another page of the same request. */
  readonly next?: string;
}

export type LeadPage =
  | {
      readonly kind: 'page';
      readonly leads: readonly LiveLead[];
      /** Leads of all pages together. */
      readonly total: number;
      /** Absent on the last page. */
      readonly next?: string;
    }
  | { readonly kind: 'failed'; readonly fault: Fault };

/** What a look at Salesforce asks that writes nothing; `salesforce/leads.ts` implements it too. */
export interface LeadReader {
  /** Reads live Leads by id, in as few queries as the length of the ids allows; who is not there is left out. */
  readLeads(leadIds: readonly string[], fields: readonly string[], deadline: number): Promise<LeadPage>;

  /**
   * One page, up to 2,000, of the Leads that have an external id. Where the org has no such field only changes can be asked
   * for, and any Lead is among them.
   *
   * @throws TypeError when all Leads of an org without an external-id field are asked for
   */
  listLeads(request: LeadListRequest, deadline: number): Promise<LeadPage>;
}
