/** The whole storage contract. Two engines implement it; one contract suite proves that they behave the same. */
import type { Place } from '../scim/cursor.ts';
import type { Filter } from '../scim/filter/filter.ts';
import type { AttributePath } from '../scim/schema/resource-type.ts';
import type { UniquenessConflict, VersionConflict } from './errors.ts';

/** A resource as it lies on disk. Instants are epoch milliseconds. */
export interface StoredResource {
  readonly type: string;
  readonly id: string;
  /** 1 at creation, one more with every change; `meta.version` is `W/"<version>"`. */
  readonly version: number;
  readonly createdAt: number;
  readonly lastModifiedAt: number;
  /** JSON text of the resource without `meta`: what a GET answers, but for `meta`. */
  readonly document: string;
}

/** One value that is found without a scan: of an attribute that is unique or often searched. */
export interface ResourceKey {
  /** Canonical attribute path, e.g. `userName`, `emails.value`. */
  readonly attribute: string;
  /** Folded to lower case where the attribute is not caseExact. */
  readonly value: string;
  readonly unique: boolean;
}

/** What the journal tells of one SCIM change. Holds names of attributes, never their values. */
export interface ChangeEntry {
  readonly operation: 'create' | 'replace' | 'patch' | 'delete';
  readonly actor: string;
  readonly requestId: string;
  /** Top-level attributes whose value changed. */
  readonly changed: readonly string[];
  /** Habits that the client was taken to have; absent: the default. */
  readonly profile?: string;
  /** What the client calls itself in `User-Agent`, cut to 100 characters. */
  readonly userAgent?: string;
  /** What they made the service read otherwise than it was written. */
  readonly rewritten?: readonly string[];
}

/** What is made of a resource so that it is found: never exported, made anew by an import. */
export interface Derived {
  readonly keys: readonly ResourceKey[];
  /** How lists of members name it: its `displayName`. */
  readonly display?: string;
  /** JSON text of the resource with all that is not caseExact in lower case; absent when it is ASCII, which databases fold alike. */
  readonly folded?: string;
}

/** An element of a membership list, as the client sent it. */
export interface Member {
  /** What tells the elements of a list apart: `value`, folded to lower case where it is not caseExact. */
  readonly value: string;
  /** JSON text. */
  readonly element: string;
}

/** Elements that come or change, and the values of those that go: no other element of the list is touched. */
export interface MemberChange {
  readonly list: string;
  readonly put: readonly Member[];
  readonly removed: readonly string[];
}

/**
 * One SCIM change of one resource. `before` absent: a creation; `after` absent: a deletion, which ends its memberships and
 * gives the resources that held it a new version.
 * The commit succeeds only if the stored version is still `before.version`.
 */
export interface Change {
  readonly type: string;
  readonly id: string;
  readonly before?: { readonly version: number; readonly keys: readonly ResourceKey[] };
  readonly after?: Derived & { readonly resource: StoredResource };
  readonly members?: readonly MemberChange[];
  readonly entry: ChangeEntry;
  /** Epoch milliseconds. */
  readonly at: number;
}

/** A change of membership lists alone, right whatever the version of the resource is. */
export type MembersChange = Pick<Change, 'type' | 'id' | 'entry' | 'at'> & Required<Pick<Change, 'members'>>;

/** What became of a unit of changes, which are all written or none. */
export type UnitOutcome =
  /** For each change what `commit` or `commitMembers` gives. */
  | { readonly kind: 'written'; readonly resources: readonly (StoredResource | undefined)[] }
  /** Nothing of the unit is there, because of the change `at` this position in it. */
  | { readonly kind: 'refused'; readonly at: number; readonly reason: VersionConflict | UniquenessConflict };

export interface StoredMember extends Member {
  /** The resource whose list it is in. */
  readonly owner: string;
  /** The resource that it names; absent when there is none. */
  readonly target?: { readonly type: string; readonly display?: string };
}

export interface MemberRequest {
  readonly list: string;
  readonly owners: readonly string[];
  /** Only these elements. */
  readonly values?: readonly string[];
}

/** A list that somebody is in. */
export interface Membership {
  readonly member: string;
  readonly owner: { readonly id: string; readonly type: string; readonly display?: string };
  /** False: by way of other lists. */
  readonly direct: boolean;
}

/** What is asked of the resources of one type. */
export interface TypeQuery {
  readonly type: string;
  readonly filter?: Filter;
  /** Absent: not sorted, or the type does not have the attribute. */
  readonly sortBy?: AttributePath;
}

export interface ResourceQuery {
  /** One, or several whose resources make one list. */
  readonly types: readonly TypeQuery[];
  readonly descending?: boolean;
  /** The list begins after this place: the `next` of another page. */
  readonly after?: Place;
  /** Resources to leave out before the page. */
  readonly offset: number;
  readonly limit: number;
  /** What `meta.location` begins with, by type name, so that filters can name it. */
  readonly locations: ReadonlyMap<string, string>;
}

export interface ResourcePage {
  /** Number of all matches, whatever the page. */
  readonly totalResults: number;
  readonly resources: readonly StoredResource[];
  /** The place of the last of them, when more follow. */
  readonly next?: Place;
}

export type LaneState = 'idle' | 'due' | 'parked';

/** Whether the Lead is ours: `created` by this service, or `adopted`: found in Salesforce and linked. */
export type LeadOrigin = 'created' | 'adopted';

/** What a lane knows of its Lead. */
export interface LeadLink {
  /** Absent until a Lead is known. */
  readonly leadId?: string;
  /** Set before the first write. `created` without a `leadId`: a create may be on its way. */
  readonly origin?: LeadOrigin;
  /** Lead fields that Salesforce was last told, as JSON text. */
  readonly told?: string;
}

/** What Salesforce should know of one user, and what it knows. Instants are epoch milliseconds. */
export interface Lane extends LeadLink {
  readonly connector: string;
  readonly userId: string;
  readonly state: LaneState;
  readonly dueAt: number;
  /** Attempts since the last success or change, this one included while it is leased. */
  readonly attempts: number;
  /** Journal sequence of the latest change. */
  readonly tailSeq: number;
  /** Journal sequence up to which Salesforce was told. */
  readonly headSeq: number;
  /** Writes that Salesforce answered after their lease had ended: what it was told last is not certain while there are any. */
  readonly doubts: number;
  readonly lastAttemptAt?: number;
  readonly lastDeliveredAt?: number;
  readonly error?: LaneError;
  /** What is known of the memberships of its Lead in campaigns, as JSON text. */
  readonly campaigns?: string;
}

/** Why an attempt failed, without words that may quote personal data. */
export type AttemptError = Pick<LaneError, 'class' | 'code'>;

export interface LaneError {
  readonly class: string;
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
}

export interface LeasedLane extends Lane {
  readonly lease: string;
  /** Of the SCIM request that made its latest change; absent once the journal has forgotten it. */
  readonly requestId?: string;
}

export interface ClaimRequest {
  readonly connector: string;
  /** Lanes, 1–200: one Salesforce collection. */
  readonly limit: number;
  /** Unique to this claim. */
  readonly lease: string;
  readonly leaseMs: number;
  readonly now: number;
}

/** What one delivery attempt came to. Applied only while the lease is still held. */
export interface Settlement {
  readonly userId: string;
  readonly state: LaneState | 'gone';
  /** When the lane is due again, if `state` is `due`. */
  readonly dueAt: number;
  readonly attempts: number;
  /** The lane's `tailSeq` when it was claimed: changes after it are not covered by this attempt. */
  readonly seenSeq: number;
  /** Whether Salesforce (or a reasoned skip) now stands at `seenSeq`. */
  readonly delivered: boolean;
  /** The lane's `doubts` when it was claimed: later ones are not settled by this attempt. */
  readonly seenDoubts: number;
  /** What the lane knows of its Lead from now on, or that it keeps what `linkLanes` wrote. */
  readonly lead: LeadLink | 'keep';
  /** What it knows of the memberships of its Lead in campaigns from now on; absent: what it knew. */
  readonly campaigns?: string;
  readonly error?: LaneError;
  /** Version of the resource that was read for this attempt; 0 when it no longer exists. */
  readonly version: number;
  readonly attempt: AttemptEntry;
}

/** What the journal tells of one delivery attempt. */
export interface AttemptEntry {
  readonly action: 'create' | 'update' | 'delete' | 'skip';
  readonly reason: string;
  /** `late`: Salesforce may have carried it out when the lane was somebody else's already, so it is done again. */
  readonly outcome: 'delivered' | 'skipped' | 'retried' | 'parked' | 'gated' | 'late';
  /** Lead fields sent: their names only. */
  readonly fields: readonly string[];
  readonly leadId?: string;
  /** Campaigns that the Lead came into, and that it left. */
  readonly joined?: readonly string[];
  readonly left?: readonly string[];
  readonly error?: AttemptError;
  readonly durationMs: number;
  /** The changes that it covers: journal sequences above `after`, up to `upTo`. */
  readonly covers?: { readonly after: number; readonly upTo: number };
  /** Of the SCIM request that made the latest of them. */
  readonly requestId?: string;
}

export interface LaneLink {
  readonly userId: string;
  readonly origin: LeadOrigin;
  readonly leadId?: string;
  /** Replaces what the lane says Salesforce was told. */
  readonly told: string;
}

/** Replaces what a lane says of the memberships of its Lead. */
export interface LaneCampaigns {
  readonly userId: string;
  readonly campaigns: string;
}

/** A write whose lease had ended when Salesforce answered. */
export interface LateWrite {
  readonly userId: string;
  readonly origin: LeadOrigin;
  readonly leadId?: string;
  readonly version: number;
  readonly attempt: AttemptEntry;
}

export interface LaneCounts {
  readonly idle: number;
  readonly due: number;
  readonly parked: number;
}

/** One line of the journal: a SCIM change or a delivery attempt. */
export interface JournalEntry {
  readonly seq: number;
  readonly at: number;
  readonly kind: 'change' | 'attempt';
  readonly type: string;
  readonly id: string;
  /** Resource version that the change made or that the attempt delivered. */
  readonly version: number;
  readonly detail: ChangeEntry | AttemptEntry;
}

/** Why a connector sends nothing for now. `until` absent: until somebody acts. */
export interface Gate {
  readonly class: string;
  readonly reason: string;
  /** How often it was closed in a row: the waits grow with it. */
  readonly failures: number;
  readonly until?: number;
}

export interface Store {
  readResource(type: string, id: string): Promise<StoredResource | undefined>;
  readResources(type: string, ids: readonly string[]): Promise<readonly StoredResource[]>;
  /** Sorted, and those of equal value in creation order. */
  queryResources(query: ResourceQuery): Promise<ResourcePage>;
  /**
   * How many values the filter of a query would be tested on, whatever the resources are like; to know costs about as much as
   * one of its conditions.
   *
   * @param atMost looks that are not too many: above it the number is no more than a hint
   * @returns looks, each about what a short text takes; 0 where they are few
   */
  estimateLooks(query: TypeQuery, atMost: number): Promise<number>;

  /**
   * Writes the resource, its keys and a journal entry, and marks the lanes of its user due, in one transaction.
   * On disk (synced) when the promise resolves.
   *
   * @throws VersionConflict when the resource changed, came or went since it was read
   * @throws UniquenessConflict when another resource holds a unique value
   * @throws StorageUnavailable when the database cannot be written
   */
  commit(change: Change): Promise<void>;

  /**
   * Changes membership lists whatever the version of their resource, so that parallel changes of a list all go through.
   *
   * @returns the resource: at its next version, or as it was when the lists hold all that already
   * @throws VersionConflict when there is no such resource
   * @throws StorageUnavailable when the database cannot be written
   */
  commitMembers(change: MembersChange): Promise<StoredResource>;

  /**
   * Does what `commit` and `commitMembers` do for many changes, one after the other in one transaction. A change finds what
   * those before it left: a unique value that one gives up is free for the next.
   *
   * @param units changes that are written together or not at all; a refused unit leaves the others as they are
   * @returns one outcome for each unit
   * @throws StorageUnavailable when the database cannot be written: nothing of any unit is there
   */
  commitAll(units: readonly (readonly (Change | MembersChange)[])[]): Promise<readonly UnitOutcome[]>;

  /** By resource, in the order in which they came. */
  readMembers(request: MemberRequest): Promise<readonly StoredMember[]>;
  /** Whether a list of a resource has more than `count` elements, without counting them all. */
  hasMoreMembers(list: string, owner: string, count: number): Promise<boolean>;
  /** In which of these lists each of these resources is, directly and by way of others; oldest list first. */
  readMemberships(lists: readonly string[], members: readonly string[]): Promise<readonly Membership[]>;
  /** When `readMemberships` of a member last began to answer something else; undefined when it never did. */
  membershipsChangedAt(lists: readonly string[], member: string): Promise<number | undefined>;

  /** Whether a resource that is in a list came or changed at this time or later: elements show its type and name. */
  haveMembersChanged(list: string, owner: string, since: number): Promise<boolean>;

  /**
   * Leases due lanes so that nobody else sees them for `leaseMs`; a lane whose lease ran out is due again.
   *
   * @returns lanes of distinct users, longest due first; empty when nothing is due
   */
  claimLanes(request: ClaimRequest): Promise<readonly LeasedLane[]>;

  /** Remembers what is about to be done, before Salesforce is asked to do it. @returns users whose lease is still held */
  linkLanes(connector: string, lease: string, links: readonly LaneLink[]): Promise<ReadonlySet<string>>;

  /** The same for memberships in campaigns. @returns users whose lease is still held */
  noteCampaigns(connector: string, lease: string, notes: readonly LaneCampaigns[]): Promise<ReadonlySet<string>>;

  /**
   * Records attempts and frees their lanes; a lane that changed meanwhile is due again at once.
   *
   * @returns users that were settled; others had lost their lease
   */
  settleLanes(
    connector: string,
    lease: string,
    settlements: readonly Settlement[],
    now: number,
  ): Promise<ReadonlySet<string>>;

  /**
   * Makes the lanes of late writes due, with what Salesforce was told in doubt; a lane that is gone comes back, to undo
   * what the write may have made.
   */
  doubtLanes(connector: string, writes: readonly LateWrite[], now: number): Promise<void>;

  /** Ends all waiting of lanes and gate, for a clock that went back: what was to wait minutes would wait until it caught up. */
  hastenLanes(connector: string, now: number): Promise<void>;

  /**
   * Makes parked lanes due, as if their users had changed.
   *
   * @param userId one user; all parked ones when absent
   * @returns how many lanes
   */
  releaseLanes(connector: string, now: number, userId?: string): Promise<number>;

  /** Makes all lanes due with no Lead known, for a Salesforce that lost its Leads. @returns how many lanes */
  forgetLeads(connector: string, now: number): Promise<number>;

  readLane(connector: string, userId: string): Promise<Lane | undefined>;
  /** @returns which of these Leads belong to a user already */
  findLinkedLeads(connector: string, leadIds: readonly string[]): Promise<ReadonlySet<string>>;
  countLanes(connector: string): Promise<LaneCounts>;
  /** @returns when the next lane is due; undefined when none is */
  nextDueAt(connector: string): Promise<number | undefined>;

  /** Newest first. */
  readJournal(id: string, limit: number): Promise<readonly JournalEntry[]>;
  /** Of whatever resources; those that are forgotten are left out. */
  readEntries(seqs: readonly number[]): Promise<readonly JournalEntry[]>;
  /**
   * Forgets the oldest entries.
   *
   * @param before epoch milliseconds
   * @param limit entries; so that no transaction is long
   * @returns how many were older and are gone
   */
  pruneJournal(before: number, limit: number): Promise<number>;

  /**
   * Takes a job that is to run once in `everyMs`, whatever the number of processes.
   *
   * @returns whether it is this caller's turn
   */
  takeJob(name: string, everyMs: number, now: number): Promise<boolean>;

  readGate(connector: string): Promise<Gate | undefined>;
  /** Never opens or shortens one that another process closed for longer. */
  closeGate(connector: string, gate: Gate): Promise<void>;
  /** @param seen the gate behind which Salesforce answered; one that was closed since stays closed */
  openGate(connector: string, seen: Gate): Promise<void>;
  /** Lets a gate that waits for somebody be tried: its wait ends now. */
  probeGate(connector: string, now: number): Promise<void>;

  /** Calls `listener` whenever lanes of a connector may have become due, here or in another process. @returns how to stop that */
  onDue(listener: (connector: string) => void): () => void;

  /** The clock that all processes on this database share. @returns epoch milliseconds @throws StorageUnavailable */
  now(): Promise<number>;
  close(): Promise<void>;
}
