/** What every operation is given: the composition root builds it once, the HTTP layer says who asks. */
import type { Preconditions } from '../scim/preconditions.ts';
import type { Profile } from '../scim/profiles/profile.ts';
import type { Store } from '../storage/store.ts';
import type { Model } from './model.ts';
import type { Turns } from './turns.ts';

export interface OperationContext extends Model {
  readonly store: Store;
  readonly turns: Turns;
  /** Connector whose lanes tell of the delivery of users. */
  readonly connector: string;
  /** Whether a change without If-Match is refused. */
  readonly requireIfMatch?: boolean;
  /** Epoch milliseconds. */
  now(): number;
  newId(): string;
  /** What `meta.location` begins with, e.g. `http://127.0.0.1:8080/scim/v2`. */
  baseUrl(): string;
  /** Address of a Lead's page for people; undefined while Salesforce was not reached yet. */
  leadUrl(leadId: string): string | undefined;
}

/** One request, as far as operations care. */
export interface Caller extends Preconditions {
  /** Name of the credential, for the journal. */
  readonly actor: string;
  readonly requestId: string;
  /** Of the request's span; absent: it has none. */
  readonly traceparent?: string;
  /** What the client calls itself, for the journal. */
  readonly userAgent?: string | undefined;
  readonly profile: Profile;
  /** What the profile read otherwise than it was written, for the journal: operations add to it, in words without values. */
  readonly rewritten: Set<string>;
}
