/** The whole storage contract. Two engines implement it; one contract suite proves that they behave the same. */
import type { Place } from '../scim/cursor.ts';
import type { UniquenessConflict, VersionConflict } from './errors.ts';
import type { NoticeStore } from './notice-store.ts';
import type { RefusalStore, RefusedCredentials } from './refusal-store.ts';
import type { ResourceQuery, TypeQuery } from './resource-query.ts';
import type { ServiceStore } from './service-store.ts';

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
  /** Of the span of that request (W3C Trace Context §3.2); absent: traces were off. */
  readonly traceparent?: string;
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

export interface ResourcePage {
  /** Number of all matches, whatever the page. */
  readonly totalResults: number;
  readonly resources: readonly StoredResource[];
  /** Of each of them in the list. */
  readonly places: readonly Place[];
  /** The place of the last of them, when more follow. */
  readonly next?: Place;
}

/** `parked` waits for a person or the next change of its user; `held` for a person who lets it take its Lead away, or not. */
export type LaneState = 'idle' | 'due' | 'parked' | 'held';

/** What a person decided about removals that were held. */
export type Verdict = 'approved' | 'rejected';

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
  /** Absent while the Lead is kept up to date. */
  readonly ended?: LeadEnd;
  /** What a create without an external id sent, as JSON text, until it is known what became of it. */
  readonly sent?: string;
}

/** Why a Lead is not kept up to date any more: it was converted, and Salesforce takes no change of it. */
export interface LeadEnd {
  readonly kind: 'converted';
  /** What it became; absent where nobody asked. */
  readonly contactId?: string;
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
  /** Names of the Lead fields that they may have set; absent when there are none. */
  readonly doubted?: readonly string[];
  readonly lastAttemptAt?: number;
  readonly lastDeliveredAt?: number;
  readonly error?: LaneError;
  /** Of its latest change; absent when nobody was asked, or the user changed since. */
  readonly verdict?: Verdict;
  /** Since when a removal of the user is held, whatever came in between; absent: none is. Epoch milliseconds. */
  readonly heldAt?: number;
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
  /** Said of a whole call, so that it may have been another record's fault. */
  readonly ofCall?: true;
}

export interface LeasedLane extends Lane {
  readonly lease: string;
  /** The latest change of the user when the lane was claimed; absent when the journal has forgotten it. */
  readonly change?: LatestChange;
}

/** What an attempt is told of the change that it delivers. */
export interface LatestChange extends Pick<ChangeEntry, 'requestId' | 'traceparent'> {
  /** When it was committed, epoch milliseconds. */
  readonly at: number;
}

export interface ClaimRequest {
  readonly connector: string;
  /** Lanes: as many as Salesforce takes at once. */
  readonly limit: number;
  /** Unique to this claim. */
  readonly lease: string;
  readonly leaseMs: number;
  readonly now: number;
  /** `new`: only lanes of users whom Salesforce was never told of; `known`: only the others. Default: all. */
  readonly which?: 'new' | 'known';
}

/** Lanes that were claimed and are given back untried. */
export interface Unclaim {
  readonly connector: string;
  readonly lease: string;
  /** Epoch milliseconds: `now` and `leaseMs` of the claim together. */
  readonly leaseUntil: number;
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
  /** Nothing is sent for the user before, whatever happens to it: a write that nobody waits for may still come. Epoch milliseconds. */
  readonly notBefore?: number;
  /** The removal that was held is wanted still. A `state` of `held` says so by itself. */
  readonly stillHeld?: true;
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
  readonly outcome: 'delivered' | 'skipped' | 'retried' | 'parked' | 'held' | 'gated' | 'late';
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

/** Attempts that came to the same. */
export interface AttemptCount extends Pick<AttemptEntry, 'outcome'> {
  readonly attempts: number;
  /** From the commit of the latest change to its first confirmation; absent for what confirmed none, or of one that the journal has forgotten. */
  readonly latencyMs?: number;
}

/** Which lanes are listed. */
export interface LaneQuery {
  readonly connector: string;
  readonly state?: LaneState;
  /** Of the lane's error, e.g. `data`. */
  readonly class?: string;
  /** Of the lane's error, e.g. `INVALID_EMAIL_ADDRESS`. */
  readonly code?: string;
  /** The list begins after this user: the last one of another page. */
  readonly after?: string;
  /** Lanes of a page, at least 1. */
  readonly limit: number;
}

/** Which parked lanes are made due; all of them when nothing is said. */
export interface ReleaseFilter {
  readonly userId?: string;
  /** Of the lane's error. */
  readonly class?: string;
  readonly code?: string;
  /** Also lanes that failed and wait for their next attempt. */
  readonly waiting?: boolean;
  /** With no Lead known, as new ones: somebody says that theirs are gone for good. Lanes of deleted users get `SAID_GONE`. */
  readonly forget?: boolean;
  /** Lanes, at most: few enough that requests do not wait for the transaction. */
  readonly limit?: number;
}

/** Parked lanes, or lanes that wait for their next attempt, with the same error. */
export interface LaneErrorCount extends AttemptError {
  readonly state: 'parked' | 'due';
  readonly lanes: number;
  /** What to do, as one of them has it. */
  readonly hint?: string;
  /** Since when, at most: the earliest of their latest attempts. Epoch milliseconds. */
  readonly since?: number;
}

/** Lanes by the Lead that they are linked to. */
export interface LeadQuery {
  readonly connector: string;
  /** What the Lead's id begins with. */
  readonly prefix: string;
  /** The list begins after this Lead: the last one of another page. */
  readonly after?: string;
  readonly limit: number;
}

export interface LaneCounts {
  readonly idle: number;
  readonly due: number;
  readonly parked: number;
  readonly held: number;
}

/** What the journal tells of a connector as a whole. */
export interface ConnectorEntry {
  readonly event:
    | 'gate closed'
    | 'probe failed'
    | 'gate opened'
    | 'paused'
    | 'resumed'
    | 'slowed'
    | 'unslowed'
    | 'removals held'
    | 'removals approved'
    | 'removals rejected'
    | 'load started'
    | 'load ended'
    | 'load refused';
  /** Of the fault that closed the gate. */
  readonly class?: string;
  readonly reason?: string;
  readonly hint?: string;
  /** Epoch milliseconds; absent: until somebody acts. */
  readonly until?: number;
  /** Who paused, resumed or decided. */
  readonly actor?: string;
  /** How many users a decision was about. */
  readonly users?: number;
}

/** One line of the journal: a SCIM change, a delivery attempt, or what became of a connector (its `id`, version 0). */
export interface JournalEntry {
  readonly seq: number;
  readonly at: number;
  readonly kind: 'change' | 'attempt' | 'connector';
  readonly type: string;
  readonly id: string;
  /** Resource version that the change made or that the attempt delivered. */
  readonly version: number;
  readonly detail: ChangeEntry | AttemptEntry | ConnectorEntry;
}

/** Why a connector sends nothing for now. `until` absent: until somebody acts. */
export interface Gate {
  readonly class: string;
  /** The fault in Salesforce's words, after its code. */
  readonly reason: string;
  /** How often it was closed in a row: the waits grow with it. */
  readonly failures: number;
  readonly until?: number;
}

/** Why nothing is claimed for a connector until somebody resumes it. */
export interface Pause {
  readonly reason: string;
  readonly actor: string;
  /** Epoch milliseconds. */
  readonly at: number;
}

/** API calls of the org in rolling 24 hours, as one of the processes was told last. */
export interface Budget {
  readonly used: number;
  readonly max: number;
  /** `slowed`: batches keep a distance; `spent`: what is left is kept for others. */
  readonly level: 'ample' | 'slowed' | 'spent';
  /** Epoch milliseconds. */
  readonly at: number;
}

/** A bulk job of Salesforce that makes Leads of many new users. Their lanes are its own until it has ended, whoever made it. */
export interface Load {
  /** The lease of its lanes, which has no end. */
  readonly lease: string;
  /** Absent: none was made yet, or nobody knows; no data were sent. */
  readonly jobId?: string;
  readonly users: number;
  /** Of them, as Salesforce told last. */
  readonly processed: number;
  /** Epoch milliseconds. */
  readonly startedAt: number;
  /** Epoch milliseconds; from then on any process may see to it. */
  readonly heldUntil: number;
}

export interface NewLoad {
  readonly connector: string;
  /** The lease with which the lanes were claimed. */
  readonly claim: string;
  /** The lease that they have from now on. */
  readonly lease: string;
  readonly userIds: readonly string[];
  readonly startedAt: number;
  readonly heldUntil: number;
}

/** What all processes know of a connector. */
export interface ConnectorState {
  readonly load?: Load;
  readonly gate?: Gate;
  readonly pause?: Pause;
  readonly budget?: Budget;
  /** Absent: no credentials were refused that were not accepted since. */
  readonly refused?: {
    /** Those that the gate is closed for: what is known of them decides when it is tried, and others may at once. */
    readonly gate?: string;
  };
}

/** Users whose Leads are about to be deleted, closed or deactivated, and how many may be. */
export interface RemovalRequest {
  readonly connector: string;
  readonly userIds: readonly string[];
  readonly now: number;
  /** In how many milliseconds removals are counted. */
  readonly windowMs: number;
  /** So many are always admitted … */
  readonly atLeast: number;
  /** … or this share of the linked Leads, whichever is more. */
  readonly percent: number;
}

export interface Admission {
  readonly admitted: ReadonlySet<string>;
  /** Whether these are the first that are not, so that somebody has to be told. */
  readonly tripped: boolean;
}

export interface LaneLink {
  readonly userId: string;
  readonly origin: LeadOrigin;
  readonly leadId?: string;
  /** Replaces what the lane says Salesforce was told; absent: nothing. */
  readonly told?: string;
  /** Of a create without an external id; absent: what was sent before is settled. */
  readonly sent?: string;
  /** Whose Lead it was. */
  readonly from?: LeadPredecessor;
}

/** A user who is gone, and whose lane ends when the Lead goes over to another one. */
export interface LeadPredecessor {
  readonly userId: string;
  /** For the journal. */
  readonly reason: string;
  /** Goes over with the Lead. */
  readonly campaigns?: string;
}

/** A lane whose Lead is not what Salesforce was told. */
export interface LaneRepair {
  readonly userId: string;
  /** What the lane said when it was compared: one that says something else by now is left alone. */
  readonly seen?: string;
  /** What it says from now on, less certain; JSON text. */
  readonly told?: string;
}

/** A Lead that was found for a user who has none. */
export type FoundLink = Required<Pick<LaneLink, 'userId' | 'leadId' | 'origin'>>;

/** Replaces what a lane says of the memberships of its Lead. */
export type LaneCampaigns = Required<Pick<Lane, 'userId' | 'campaigns'>>;

/** A write whose lease had ended when Salesforce answered. */
export interface LateWrite {
  readonly userId: string;
  readonly origin: LeadOrigin;
  readonly leadId?: string;
  readonly version: number;
  readonly attempt: AttemptEntry;
}

export interface Store extends NoticeStore, RefusalStore, ServiceStore {
  readResource(type: string, id: string): Promise<StoredResource | undefined>;
  readResources(type: string, ids: readonly string[]): Promise<readonly StoredResource[]>;
  /** Sorted, and those of equal value in creation order. */
  queryResources(query: ResourceQuery): Promise<ResourcePage>;
  /**
   * How many values a query would look at to filter and sort, whatever the resources are like; to know costs about as much as
   * one condition.
   *
   * @param atMost looks that are not too many: above it the number is no more than a hint
   * @returns looks, each about what a short text takes; 0 where they are few
   */
  estimateLooks(query: TypeQuery, locations: ResourceQuery['locations'], atMost: number): Promise<number>;

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
  /** About how many bytes `readMembers` would come to as JSON. @param atMost counted no further */
  measureMembers(request: MemberRequest, atMost: number): Promise<number>;
  /** In which of these lists each of these resources is, directly and by way of others; oldest list first. */
  readMemberships(lists: readonly string[], members: readonly string[]): Promise<readonly Membership[]>;
  /** About how many bytes `readMemberships` would come to as JSON, or more where they take long to find. @param atMost counted no further */
  measureMemberships(lists: readonly string[], members: readonly string[], atMost: number): Promise<number>;
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

  /** Makes lanes due again that were claimed and not tried. */
  unclaimLanes(claim: Unclaim): Promise<void>;

  /** How many lanes of new users are due. @param atMost counted no further */
  countNewLanes(connector: string, now: number, atMost: number): Promise<number>;

  /**
   * Hands claimed lanes to a bulk load; a connector has one at a time. They are due again when it ends, and not before.
   *
   * @returns users whose lanes it has; undefined when there is another load, or the claim was lost
   */
  beginLoad(load: NewLoad): Promise<ReadonlySet<string> | undefined>;

  /**
   * Holds a load for longer, notes what is known of its job, or gives it to whoever comes first.
   *
   * @param load as it was seen last: its holder is known by `heldUntil`
   * @param now for the journal, which tells that a job was made
   * @returns whether it was still so: else somebody else sees to it
   */
  keepLoad(connector: string, load: Load, more: Partial<Load>, now: number): Promise<boolean>;

  /**
   * Ends a load: lanes that were not settled are due.
   *
   * @param dueAt epoch milliseconds
   * @returns whether it was still there, and held as it was seen last
   */
  endLoad(connector: string, load: Load, end: { dueAt: number; at: number; entry: ConnectorEntry }): Promise<boolean>;

  /**
   * Remembers what is about to be done, before Salesforce is asked to do it. A Lead belongs to one lane: where two have it, to
   * that of the lower user id. A predecessor's lane ends, unless its user is there or something is under way for it.
   *
   * @returns users whose lease is still held, and whose Lead is nobody else's
   */
  linkLanes(connector: string, lease: string, links: readonly LaneLink[], now: number): Promise<ReadonlySet<string>>;

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
   * Makes the lanes of late writes due, with what Salesforce was told in doubt, and those of whoever has their Leads by now; a
   * lane that is gone comes back, to undo what the write may have made.
   */
  doubtLanes(connector: string, writes: readonly LateWrite[], now: number): Promise<void>;

  /** Ends all waiting of lanes and gate, for a clock that went back: what was to wait minutes would wait until it caught up. */
  hastenLanes(connector: string, now: number): Promise<void>;

  /**
   * Makes parked lanes due, as if their users had changed. Of two callers at once one releases a lane.
   *
   * @returns how many lanes
   */
  releaseLanes(connector: string, now: number, which?: ReleaseFilter): Promise<number>;

  /** Makes all lanes due with no Lead known, for a Salesforce that lost its Leads. @returns how many lanes */
  forgetLeads(connector: string, now: number): Promise<number>;

  /**
   * Makes idle lanes due with less of what Salesforce was told; one that is not idle any more, or knows something else by now,
   * is on its way already and left alone.
   *
   * @returns how many lanes
   */
  repairLanes(connector: string, repairs: readonly LaneRepair[], now: number): Promise<number>;

  /**
   * Links Leads that no lane has to lanes that have none and are not being delivered, and leaves them else as they are.
   *
   * @returns users that were linked
   */
  linkFoundLeads(connector: string, links: readonly FoundLink[]): Promise<ReadonlySet<string>>;

  /**
   * Makes a lane due before all others; one that is being delivered is due again right after.
   *
   * @param resend whether what Salesforce was told is in doubt, so that all of it is sent again
   * @returns whether there is such a lane
   */
  pushLane(connector: string, userId: string, resend: boolean, now: number): Promise<boolean>;

  readLane(connector: string, userId: string): Promise<Lane | undefined>;
  /** In no order; users without a lane are left out. */
  readLanes(connector: string, userIds: readonly string[]): Promise<readonly Lane[]>;
  /** The lanes to which these Leads belong, in no order. */
  readLanesOfLeads(connector: string, leadIds: readonly string[]): Promise<readonly Lane[]>;
  /** Lanes with a create without an external id of which nobody knows yet what it made, in no order. */
  readLostCreates(connector: string): Promise<readonly Lane[]>;
  /** One page of the lanes in the order of their users' ids, those of deleted users included. */
  listLanes(query: LaneQuery): Promise<readonly Lane[]>;
  /** Parked lanes and those that wait after an error, by error; most lanes first. */
  countLaneErrors(connector: string): Promise<readonly LaneErrorCount[]>;
  /** One page of the lanes whose Lead's id begins so, in the order of these ids. */
  listLanesByLead(query: LeadQuery): Promise<readonly Lane[]>;
  /** @returns which of these Leads belong to a user already */
  findLinkedLeads(connector: string, leadIds: readonly string[]): Promise<ReadonlySet<string>>;
  countLanes(connector: string): Promise<LaneCounts>;
  /** @returns when the next lane is due; undefined when none is */
  nextDueAt(connector: string): Promise<number | undefined>;

  /** Newest first. @param before sequence of an entry: only older ones */
  readJournal(id: string, limit: number, before?: number): Promise<readonly JournalEntry[]>;
  /**
   * What the attempts of a span of time came to, of whatever connector.
   *
   * @param from epoch milliseconds
   * @param until epoch milliseconds, which is not part of it
   */
  countAttempts(from: number, until: number): Promise<readonly AttemptCount[]>;
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

  readConnector(connector: string): Promise<ConnectorState>;
  /**
   * Never opens or shortens a gate that another process closed for longer. Ends the probe.
   *
   * @param gate `hint` is for the journal and who is notified: of a gate that nobody was waiting for, or that waits for somebody now
   * @param event for the journal
   * @param at epoch milliseconds
   * @param refused the credentials that it is closed for
   */
  closeGate(
    connector: string,
    gate: Gate & Pick<ConnectorEntry, 'hint'>,
    event: 'gate closed' | 'probe failed',
    at: number,
    refused?: RefusedCredentials,
  ): Promise<void>;
  /** @param seen the gate behind which Salesforce answered; one that was closed since stays closed */
  openGate(connector: string, seen: Gate, at: number): Promise<void>;
  /**
   * Lets one process ask Salesforce whether the gate may open.
   *
   * @param seen the gate, whose time is over
   * @param until epoch milliseconds; then another may ask, if this one never told
   * @returns whether it is the caller
   */
  takeProbe(connector: string, seen: Gate, now: number, until: number): Promise<boolean>;
  /** Nothing was asked: another may. */
  returnProbe(connector: string): Promise<void>;
  /**
   * Lets a gate that waits for somebody be tried: its wait ends now.
   *
   * @param credentials those it will be tried with: where they were refused, it ends when they may be tried again
   */
  probeGate(connector: string, now: number, credentials?: string): Promise<void>;
  /** Lets a gate be tried that is closed for refused credentials: these may be tried again, or there are others. */
  retryGate(connector: string, now: number): Promise<void>;

  /** From the moment this resolves on nothing is claimed, by any process. A pause that is there already keeps its reason. @returns whether it was not paused */
  pauseConnector(connector: string, pause: Pause): Promise<boolean>;
  /** Ends the pause and whatever the gate waits for: somebody says that it should be tried now. @returns whether it was paused */
  resumeConnector(connector: string, by: Pause): Promise<boolean>;

  /** Remembers what the org has left; a level that is new is journaled. @returns the level before */
  noteBudget(connector: string, budget: Budget): Promise<Budget['level']>;

  /** Counts removals, each user once, and admits as many as the request allows; none that are new while others wait for a verdict. */
  admitRemovals(request: RemovalRequest): Promise<Admission>;
  /**
   * Makes held lanes due with a person's verdict on them. Approving all of them starts the count of removals anew.
   *
   * @param by who decided, and when
   * @param userId one user; all held ones when absent
   * @returns how many lanes
   */
  judgeHeld(connector: string, verdict: Verdict, by: Pick<Pause, 'actor' | 'at'>, userId?: string): Promise<number>;

  /** Calls `listener` whenever lanes of a connector may have become due, here or in another process. @returns how to stop that */
  onDue(listener: (connector: string) => void): () => void;

  /** The clock that all processes on this database share. @returns epoch milliseconds @throws StorageUnavailable */
  now(): Promise<number>;
  close(): Promise<void>;
}
