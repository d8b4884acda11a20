/** How the writes of a batch become few calls: collections by kind, as large and as many a call as Salesforce does in good time. */
import type { LeadOutcome, LeadTarget, LeadWrite } from '../provisioning/lead-target.ts';
import { createLeads, deleteRecords, MAX_RECORDS, updateLeads, upsertLeads, type Collection } from './collections.ts';
import { callTogether, MAX_PARTS } from './composite.ts';
import type { ApiReply, Connection } from './connection.ts';
import type { Result } from './errors.ts';
import { Pace } from './pace.ts';

interface WriterOptions {
  readonly connection: Connection;
  readonly externalIdField: string | undefined;
  readonly timeoutMs: number;
  readonly now: () => number;
}

type Writer = Required<Pick<LeadTarget, 'answeredAt' | 'batchSize' | 'write'>>;

export function createWriter({ connection, externalIdField, timeoutMs, now }: WriterOptions): Writer {
  const pace = new Pace(timeoutMs);
  let answeredAt: number | undefined;
  const write: LeadTarget['write'] = async (writes, deadline) => {
    const outcomes: LeadOutcome[] = [];
    let left = collect(writes, externalIdField, pace.records);
    // A fault of a call is that of all in it, so a few writes of several kinds do not travel together.
    const isLarge = writes.length > MAX_RECORDS;
    while (left.length > 0) {
      const call = isLarge ? takeCall(left, pace.records) : left.slice(0, 1);
      const startedAt = now();
      const results = await callTogether(
        connection,
        call.map(({ part }) => part),
        deadline,
      );
      if (results.some(({ kind }) => kind === 'done')) answeredAt = now();
      if (results.some(hasRunOut)) pace.noteTimeout(countRecords(call));
      else if (!results.every(isLost)) pace.note(countRecords(call), now() - startedAt);
      for (const [at, one] of call.entries()) settle(outcomes, one, results[at] as Result<ApiReply>);
      left = left.slice(call.length);
    }
    return outcomes;
  };
  return {
    get batchSize() {
      return pace.records;
    },
    answeredAt: () => answeredAt,
    write,
  };
}

/** A collection, and where its records stand among all writes. */
type Placed = Collection & { readonly places: readonly number[] };

function settle(outcomes: LeadOutcome[], { read, places }: Placed, result: Result<ApiReply>): void {
  for (const [at, outcome] of read(result).entries()) outcomes[places[at] as number] = outcome;
}

/** Said by this service, by something in between, and by Salesforce, of work that takes too long. */
const OUT_OF_TIME = new Set(['ETIMEDOUT', 'HTTP_408', 'HTTP_504', 'REQUEST_RUNNING_TOO_LONG']);

/** Also without a status, unless there was no connection to work over. */
const hasRunOut = (result: Result<ApiReply>): boolean =>
  result.kind === 'failed' &&
  OUT_OF_TIME.has(result.fault.code) &&
  (result.fault.status !== undefined || result.fault.committed === 'maybe');

const isLost = (result: Result<ApiReply>): boolean => result.kind === 'failed' && result.fault.status === undefined;

const countRecords = (collections: readonly Placed[]): number =>
  collections.reduce((sum, { places }) => sum + places.length, 0);

/** At least one collection, and further ones while all their records are not more than `records`. */
function takeCall(left: readonly Placed[], records: number): readonly Placed[] {
  const fitting = left.findIndex((_, at) => countRecords(left.slice(0, at + 1)) > records);
  return left.slice(0, Math.max(1, Math.min(fitting === -1 ? left.length : fitting, MAX_PARTS)));
}

type Kind = LeadWrite['kind'];
type WriteOf<K extends Kind> = Extract<LeadWrite, { readonly kind: K }>;
type Indexed<K extends Kind> = { readonly write: WriteOf<K>; readonly place: number };

/** Deletes go first and creates last: what a deleted Lead held in a unique field is then free for others. */
function collect(
  writes: readonly LeadWrite[],
  externalIdField: string | undefined,
  records: number,
): readonly Placed[] {
  const size = Math.min(records, MAX_RECORDS);
  return [
    ...collectionsOf(writes, 'delete', size, (some) => deleteRecords(some.map(({ leadId }) => leadId))),
    ...collectionsOf(writes, 'update', size, updateLeads),
    ...collectionsOf(writes, 'upsert', size, (some) => upsertLeads(requireField(externalIdField), some)),
    ...collectionsOf(writes, 'create', size, (some) => createLeads(some.map(({ fields }) => fields))),
  ];
}

function collectionsOf<K extends Kind>(
  writes: readonly LeadWrite[],
  kind: K,
  size: number,
  make: (writes: readonly WriteOf<K>[]) => Collection,
): readonly Placed[] {
  const indexed = writes
    .map((write, place) => ({ write, place }))
    .filter((one): one is Indexed<K> => one.write.kind === kind);
  const collections: Placed[] = [];
  for (let first = 0; first < indexed.length; first += size) {
    const some = indexed.slice(first, first + size);
    collections.push({ ...make(some.map(({ write }) => write)), places: some.map(({ place }) => place) });
  }
  return collections;
}

function requireField(externalIdField: string | undefined): string {
  if (externalIdField === undefined) throw new TypeError('an upsert needs an external-id field');
  return externalIdField;
}
