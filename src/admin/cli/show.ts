/** `show <user>`: everything that is known of one user, from the database, while the service runs or not. */
import type { AttemptEntry, ChangeEntry, JournalEntry, Lane, Store, StoredResource } from '../../storage/store.ts';

export interface UserTimeline {
  readonly user?: Omit<StoredResource, 'document'> & { readonly userName: string };
  readonly lane?: Lane;
  /** Newest first. */
  readonly journal: readonly JournalEntry[];
}

/** Longest timeline that is shown. */
const MAX_ENTRIES = 100;

/**
 * @param find reads users by a userName
 * @returns undefined when there is neither such a user nor a trace of one
 */
export async function readTimeline(
  store: Store,
  connector: string,
  idOrUserName: string,
  find: (userName: string) => Promise<StoredResource | undefined>,
): Promise<UserTimeline | undefined> {
  const stored = (await store.readResource('User', idOrUserName)) ?? (await find(idOrUserName));
  const id = stored?.id ?? idOrUserName;
  const journal = await store.readJournal(id, MAX_ENTRIES);
  if (!stored && journal.length === 0) return undefined;
  const lane = await store.readLane(connector, id);
  return { ...(stored && { user: describe(stored) }), ...(lane && { lane }), journal };
}

function describe({ document, ...stored }: StoredResource): NonNullable<UserTimeline['user']> {
  // Documents are written by the operations only; a User has a userName.
  const { userName } = JSON.parse(document) as { userName: string };
  return { ...stored, userName };
}

/** The timeline as people read it. */
export function printTimeline({ user, lane, journal }: UserTimeline): string {
  const head = user ? `${user.userName}  (User ${user.id}, version ${user.version})` : 'This user was deleted.';
  return [head, ...(lane ? printLane(lane) : ['Nothing is to be delivered.']), '', ...journal.map(printEntry)].join(
    '\n',
  );
}

function printLane(lane: Lane): readonly string[] {
  const lead = lane.leadId === undefined ? 'no Lead yet' : `Lead ${lane.leadId} (${lane.origin ?? 'origin unknown'})`;
  const delivered =
    lane.lastDeliveredAt === undefined ? 'never delivered' : `delivered ${instant(lane.lastDeliveredAt)}`;
  const due = lane.state === 'due' ? ` since or at ${instant(lane.dueAt)}` : '';
  const error = lane.error ? [`  ${lane.error.code}: ${lane.error.message}`, `  ${lane.error.hint ?? ''}`] : [];
  return [`${lane.state}${due}; ${lead}; ${delivered}`, ...error.filter((line) => line.trim() !== '')];
}

function printEntry({ at, kind, version, detail }: JournalEntry): string {
  const text = kind === 'change' ? printChange(detail as ChangeEntry) : printAttempt(detail as AttemptEntry);
  return `${instant(at)}  ${kind.padEnd(7)}  v${version}  ${text}`;
}

const printChange = ({ operation, changed, actor, requestId }: ChangeEntry): string =>
  `${operation} by ${actor}${changed.length > 0 ? `: ${changed.join(', ')}` : ''} [${requestId}]`;

function printAttempt({ action, outcome, reason, fields, leadId, error, durationMs }: AttemptEntry): string {
  const what = [`${action} ${outcome}`, leadId, fields.join(', '), error?.code];
  return `${what.filter(Boolean).join('  ')}  (${reason}; ${durationMs} ms)`;
}

const instant = (ms: number): string => new Date(ms).toISOString();
