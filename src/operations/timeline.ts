/** What became of one resource, step by step: SCIM requests, the changes they made, the delivery attempts that covered these. */
import type { AttemptEntry, ChangeEntry, JournalEntry, Store } from '../storage/store.ts';

/** Instants are ISO 8601; `seq` is the place of a step in the journal. */
export type Step = ChangeStep | AttemptStep;

export interface ChangeStep extends Omit<ChangeEntry, 'actor' | 'requestId' | 'traceparent' | 'profile' | 'userAgent'> {
  readonly kind: 'change';
  readonly seq: number;
  readonly at: string;
  /** What was changed: the user itself, or a group that it was in or came into. */
  readonly resource: { readonly type: string; readonly id: string; readonly version: number };
  readonly request: {
    readonly id: string;
    /** Of its span; absent: traces were off. */
    readonly traceparent?: string;
    /** Name of the credential that was used. */
    readonly credential: string;
    readonly profile: string;
    readonly userAgent?: string;
  };
  /** The attempts that covered it; the last one decided. */
  readonly attempts: readonly number[];
  /** Whether Salesforce, or a reasoned skip, came to stand at this change. */
  readonly isDelivered: boolean;
}

export interface AttemptStep extends Omit<AttemptEntry, 'requestId'> {
  readonly kind: 'attempt';
  readonly seq: number;
  readonly at: string;
  /** Of the user that was delivered; 0 when it was gone. */
  readonly version: number;
  /** The changes that it covered. */
  readonly changes: readonly number[];
  /** Of the SCIM requests that made them, each once. */
  readonly requestIds: readonly string[];
}

/** Longest timeline. */
const MAX_ENTRIES = 200;

/**
 * Of several changes of groups that one attempt covered, the latest alone is in it: others are in the journal of their groups.
 *
 * @param id of a resource, be it gone
 * @param limit entries of the journal, the latest ones
 * @returns oldest first; empty when the journal knows nothing, or has forgotten it
 */
export async function readTimeline(
  store: Journal,
  connector: string,
  id: string,
  limit = MAX_ENTRIES,
): Promise<readonly Step[]> {
  return linkWithGroups(store, connector, id, await store.readJournal(id, limit));
}

type Journal = Pick<Store, 'readJournal' | 'readEntries' | 'readLane'>;

/** Where a page begins: below the entry `before`; what is read begins below `from`, so that links to newer steps are whole. */
export interface TimelinePlace {
  readonly before: number;
  readonly from?: number;
}

export interface TimelinePage {
  /** Newest first. */
  readonly steps: readonly Step[];
  /** Absent on the last page. */
  readonly next?: TimelinePlace;
}

/** Entries beyond a page, on either side, that its steps may be linked to. */
const AROUND = 50;

/**
 * One page of the timeline. Changes of groups ride along with the entries of the user.
 *
 * @param limit entries of the user's own journal
 * @param place `next` of the page before; absent: the latest
 */
export async function readTimelinePage(
  store: Journal,
  connector: string,
  id: string,
  limit: number,
  place?: TimelinePlace,
): Promise<TimelinePage> {
  const read = await store.readJournal(id, limit + 2 * AROUND + 1, place?.from);
  const own = read.filter(({ kind }) => kind !== 'connector');
  const first = place === undefined ? 0 : own.findIndex(({ seq }) => seq < place.before);
  if (first < 0) return { steps: [] };
  const end = first + limit;
  const isLast = own.length <= end;
  const lowest = isLast ? 0 : (own[end - 1]?.seq ?? 0);
  const steps = (await linkWithGroups(store, connector, id, own)).filter(
    ({ seq }) => seq >= lowest && seq < (place?.before ?? Infinity),
  );
  const above = own[end - 1 - AROUND]?.seq ?? place?.from;
  const next = { before: lowest, ...(above !== undefined && { from: above }) };
  return { steps: steps.toReversed(), ...(!isLast && { next }) };
}

async function linkWithGroups(
  store: Journal,
  connector: string,
  id: string,
  entries: readonly JournalEntry[],
): Promise<readonly Step[]> {
  const lane = await store.readLane(connector, id);
  // The connector has entries of its own, under its name.
  const own = entries.filter(({ kind }) => kind !== 'connector');
  const known = new Set(own.map(({ seq }) => seq));
  const latest = [...own.flatMap((entry) => coverOf(entry)?.upTo ?? []), lane?.tailSeq ?? 0];
  const others = await store.readEntries([...new Set(latest)].filter((seq) => seq > 0 && !known.has(seq)));
  const ofGroups = others.filter((entry) => entry.kind === 'change' && entry.type !== own[0]?.type);
  return linkSteps([...own, ...ofGroups].sort((a, b) => a.seq - b.seq));
}

/** Pure: entries in the order of the journal. */
export function linkSteps(entries: readonly JournalEntry[]): readonly Step[] {
  const changes = entries.filter(({ kind }) => kind === 'change');
  const attempts = entries.filter(({ kind }) => kind === 'attempt');
  return entries.map((entry) =>
    entry.kind === 'change'
      ? changeStep(
          entry,
          attempts.filter((attempt) => covers(attempt, entry)),
        )
      : attemptStep(
          entry,
          changes.filter((change) => covers(entry, change)),
        ),
  );
}

// The kind of an entry tells which detail it has.
const changeOf = ({ detail }: JournalEntry): ChangeEntry => detail as ChangeEntry;
const attemptOf = ({ detail }: JournalEntry): AttemptEntry => detail as AttemptEntry;
const coverOf = (entry: JournalEntry): AttemptEntry['covers'] =>
  entry.kind === 'attempt' ? attemptOf(entry).covers : undefined;

function covers(attempt: JournalEntry, { seq }: JournalEntry): boolean {
  const range = coverOf(attempt);
  return range !== undefined && range.after < seq && seq <= range.upTo;
}

const DELIVERED: ReadonlySet<AttemptEntry['outcome']> = new Set(['delivered', 'skipped']);

function changeStep(entry: JournalEntry, attempts: readonly JournalEntry[]): ChangeStep {
  const { seq, at, type, id, version } = entry;
  const { actor, requestId, traceparent, profile = 'default', userAgent, ...change } = changeOf(entry);
  return {
    kind: 'change',
    seq,
    at: new Date(at).toISOString(),
    resource: { type, id, version },
    request: {
      id: requestId,
      ...(traceparent !== undefined && { traceparent }),
      credential: actor,
      profile,
      ...(userAgent !== undefined && { userAgent }),
    },
    ...change,
    attempts: attempts.map((attempt) => attempt.seq),
    isDelivered: attempts.some((attempt) => DELIVERED.has(attemptOf(attempt).outcome)),
  };
}

function attemptStep(entry: JournalEntry, changes: readonly JournalEntry[]): AttemptStep {
  const { requestId, ...attempt } = attemptOf(entry);
  const requestIds = [
    ...changes.map((change) => changeOf(change).requestId),
    ...(requestId === undefined ? [] : [requestId]),
  ];
  return {
    kind: 'attempt',
    seq: entry.seq,
    at: new Date(entry.at).toISOString(),
    version: entry.version,
    ...attempt,
    changes: changes.map(({ seq }) => seq),
    requestIds: [...new Set(requestIds)],
  };
}
