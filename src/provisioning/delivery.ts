/** The words of one delivery: what was claimed, what was decided, what is told of it. */
import type { JsonObject } from '../scim/json.ts';
import type { AttemptEntry, LaneError, LeadLink, LeadPredecessor, LeasedLane, Store } from '../storage/store.ts';
import type { BudgetPolicy } from './policy/budget.ts';
import type { Fault, LeadFields, LeadTarget, LeadWrite } from './lead-target.ts';
import type { Mapping } from './mapping/mapping.ts';

/** What a batch is delivered with. */
export interface DeliveryContext {
  readonly store: Store;
  readonly target: LeadTarget;
  readonly mapping: Mapping;
  readonly connector: string;
  /** Name of the resource type whose resources become Leads. */
  readonly resourceType: string;
  /** What the mapping reads of the membership lists that users are in; absent: nothing. */
  readonly memberships?: readonly ShownLists[];
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly newId: () => string;
  /** At least 0, less than 1. */
  readonly random: () => number;
  /** How long a claim keeps others away; longer than all calls of a batch together. */
  readonly leaseMs: number;
  /** Absent: all API calls of the org may be used. */
  readonly budget?: BudgetPolicy;
  /** Absent: no removal is ever held. */
  readonly guard?: GuardPolicy;
  /** Absent: Leads are never made by bulk jobs. */
  readonly load?: LoadPolicy;
  /** Pause before a settlement that the database did not take is tried again. Default 1 s. */
  readonly settleRetryMs?: number;
  readonly onEvent: (event: DeliveryEvent) => void;
  /** Runs a batch so that whoever is told of its events and calls knows which batch they are of. Absent: it just runs. */
  readonly runBatch?: <T>(act: () => Promise<T>) => Promise<T>;
  /** Nothing is written to Salesforce; what would be is recorded, and done after a start without it. */
  readonly dryRun?: boolean;
}

/** A readOnly attribute that shows which lists a user is in, e.g. `groups`. */
export interface ShownLists {
  readonly attribute: string;
  /** Names of the lists in the store, e.g. `Group.members`. */
  readonly lists: readonly string[];
}

/** When a bulk job makes the Leads of new users. */
export interface LoadPolicy {
  /** So many new users have to wait for one. */
  readonly from: number;
  /** Milliseconds until Salesforce is asked for the first time how far a job is; grows by half each time … */
  readonly pollMs: number;
  /** … up to this. */
  readonly maxPollMs: number;
}

/** How many Leads may be deleted, closed or deactivated in an hour. */
interface GuardPolicy {
  /** So many always … */
  readonly atLeast: number;
  /** … or this share of the linked Leads, whichever is more; 100: nothing is ever held. */
  readonly percent: number;
}

/** One leased lane with the state of its user that was read after the lease: what is sent can only be newer than the claim. */
export interface ClaimedUser {
  readonly lane: LeasedLane;
  /** Absent: the user was deleted. */
  readonly user?: JsonObject;
  /** Version of the user; 0 when deleted. */
  readonly version: number;
  /** The Lead that the lane names was found in this batch: the database does not know of it yet. */
  readonly found?: {
    /** Whose Lead it was. */
    readonly from?: LeadPredecessor;
  };
}

/** What to do with one claimed user. */
export type Decision = WriteDecision | RestDecision | FailedDecision;

export interface WriteDecision {
  readonly kind: 'write';
  readonly claimed: ClaimedUser;
  readonly write: LeadWrite;
  readonly action: AttemptEntry['action'];
  readonly reason: string;
  /** What the lane knows of its Lead once the write is done; the Lead's id is added. */
  readonly lead: LeadLink;
  /** `gone`: the lane is not needed any more. */
  readonly then: 'idle' | 'gone';
}

export interface RestDecision {
  readonly kind: 'rest';
  readonly claimed: ClaimedUser;
  /** `due`: what the lane knows of its Lead changed, so the next claim plans anew. */
  readonly state: 'idle' | 'due' | 'gone' | 'parked' | 'held';
  readonly reason: string;
  /** What was tried before it came to rest; absent: nothing. */
  readonly tried?: Pick<AttemptEntry, 'action' | 'fields'>;
  readonly lead: LeadLink;
  readonly error?: LaneError;
  /** Milliseconds before it is looked at again; absent: none. */
  readonly delayMs?: number;
  /** It waits for others, which costs it no attempt. */
  readonly isUntried?: true;
  /** The lane ends when another user's is linked with its Lead, and not by this decision. */
  readonly isInherited?: true;
}

export interface FailedDecision {
  readonly kind: 'failed';
  readonly claimed: ClaimedUser;
  readonly action: AttemptEntry['action'];
  readonly reason: string;
  readonly fields: LeadFields;
  readonly fault: Fault;
}

export type DeliveryEvent =
  | {
      readonly kind: 'attempt';
      readonly userId: string;
      readonly attempt: number;
      readonly entry: AttemptEntry;
      /** Of the SCIM request that made the latest change. */
      readonly requestId?: string;
      /** Of the span of that request; absent: traces were off. */
      readonly traceparent?: string;
      /** From the commit of that change to its confirmation, for the attempt that delivered it first. */
      readonly latencyMs?: number;
    }
  | { readonly kind: 'batch settled'; readonly lanes: number; readonly durationMs: number }
  | {
      readonly kind: 'gate closed' | 'probe failed';
      readonly class: string;
      readonly reason: string;
      readonly hint?: string;
      /** In a row. */
      readonly failures: number;
      readonly until?: number;
    }
  | { readonly kind: 'gate opened' }
  | { readonly kind: 'paused'; readonly reason: string; readonly actor: string }
  | { readonly kind: 'resumed' }
  | { readonly kind: 'budget'; readonly level: 'ample' | 'slowed'; readonly used: number; readonly max: number }
  | { readonly kind: 'removals held'; readonly users: number }
  | {
      readonly kind: 'load';
      readonly event: 'load started' | 'load ended' | 'load refused';
      /** Absent: no job was made. */
      readonly jobId?: string;
      readonly users: number;
      /** Absent: it has just begun. */
      readonly reason?: string;
      readonly durationMs?: number;
    }
  | { readonly kind: 'batch failed'; readonly error: unknown };

/** What the lane knew of its Lead when it was claimed. */
export const linkOf = ({ lane }: ClaimedUser): LeadLink => ({
  ...(lane.leadId !== undefined && { leadId: lane.leadId }),
  ...(lane.origin !== undefined && { origin: lane.origin }),
  ...(lane.told !== undefined && { told: lane.told }),
  ...(lane.ended !== undefined && { ended: lane.ended }),
  ...(lane.sent !== undefined && { sent: lane.sent }),
});
