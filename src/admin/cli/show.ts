/** `show <user>`: everything that is known of one user, from the database, while the service runs or not. */
import { Command } from 'commander';
import { readConfig } from '../../config.ts';
import { CONNECTOR, PROVISIONED_TYPE } from '../../parts.ts';
import type { AttemptEntry, ChangeEntry, JournalEntry, Lane, Store, StoredResource } from '../../storage/store.ts';
import { besideService, type FindUser } from './beside-service.ts';
import { CommandFailed } from './errors.ts';

export const showCommand = (): Command =>
  new Command('show')
    .description('tell everything about one user: its Lead, what is due, every change and delivery attempt')
    .argument('<user>', 'userName or id')
    .option('--json', 'for scripts')
    .action(async (user: string, { json }: { json?: boolean }) => {
      const timeline = await besideService(readConfig(), (store, find) => readTimeline(store, user, find));
      if (!timeline) throw new CommandFailed(`nothing is known of a user ${user}: give a userName or an id`);
      process.stdout.write(`${json ? JSON.stringify(timeline, null, 2) : printTimeline(timeline)}\n`);
    });

interface UserTimeline {
  readonly user?: Omit<StoredResource, 'document'> & { readonly userName: string };
  readonly lane?: Lane;
  /** Newest first. */
  readonly journal: readonly JournalEntry[];
}

/** Longest timeline that is shown. */
const MAX_ENTRIES = 100;

/** @returns undefined when there is neither such a user nor a trace of one */
async function readTimeline(store: Store, idOrUserName: string, find: FindUser): Promise<UserTimeline | undefined> {
  const stored = (await store.readResource(PROVISIONED_TYPE, idOrUserName)) ?? (await find(idOrUserName));
  const id = stored?.id ?? idOrUserName;
  // The connector has entries of its own, under its name: status shows them.
  const journal = (await store.readJournal(id, MAX_ENTRIES)).filter(({ kind }) => kind !== 'connector');
  if (!stored && journal.length === 0) return undefined;
  const lane = await store.readLane(CONNECTOR, id);
  return { ...(stored && { user: describe(stored) }), ...(lane && { lane }), journal };
}

function describe({ document, ...stored }: StoredResource): NonNullable<UserTimeline['user']> {
  // Documents are written by the operations only; a User has a userName.
  const { userName } = JSON.parse(document) as { userName: string };
  return { ...stored, userName };
}

/** The timeline as people read it. */
function printTimeline({ user, lane, journal }: UserTimeline): string {
  const head = user ? `${user.userName}  (User ${user.id}, version ${user.version})` : 'This user was deleted.';
  return [head, ...(lane ? printLane(lane) : ['Nothing is to be delivered.']), '', ...journal.map(printEntry)].join(
    '\n',
  );
}

function printLane(lane: Lane): readonly string[] {
  const lead =
    lane.leadId === undefined
      ? 'no Lead yet'
      : `Lead ${lane.leadId} (${lane.origin ?? 'origin unknown'}${printEnd(lane.ended)})`;
  const delivered =
    lane.lastDeliveredAt === undefined ? 'never delivered' : `delivered ${instant(lane.lastDeliveredAt)}`;
  const due = lane.state === 'due' ? ` since or at ${instant(lane.dueAt)}` : '';
  const error = lane.error ? [`  ${lane.error.code}: ${lane.error.message}`, `  ${lane.error.hint ?? ''}`] : [];
  return [`${lane.state}${due}; ${lead}; ${delivered}`, ...error.filter((line) => line.trim() !== '')];
}

function printEnd(ended: Lane['ended']): string {
  if (ended === undefined) return '';
  const contact = ended.contactId === undefined ? '' : ` to Contact ${ended.contactId}`;
  return `, ${ended.kind}${contact}: not kept up to date any more`;
}

function printEntry({ at, kind, version, detail }: JournalEntry): string {
  const text = kind === 'change' ? printChange(detail as ChangeEntry) : printAttempt(detail as AttemptEntry);
  return `${instant(at)}  ${kind.padEnd(7)}  v${version}  ${text}`;
}

function printChange({ operation, changed, actor, requestId, profile, rewritten = [] }: ChangeEntry): string {
  const what = changed.length > 0 ? `: ${changed.join(', ')}` : '';
  return `${operation} by ${actor}${what} [${requestId}]${printReading(profile, rewritten)}`;
}

/** Why the result may differ from what was sent: the habits that the client was taken to have, and what they made of the request. */
function printReading(profile = 'default', rewritten: readonly string[]): string {
  if (rewritten.length > 0) return ` [${profile}: ${rewritten.join('; ')}]`;
  return profile === 'default' ? '' : ` [${profile}]`;
}

function printAttempt({ action, outcome, reason, fields, leadId, error, durationMs }: AttemptEntry): string {
  const what = [`${action} ${outcome}`, leadId, fields.join(', '), error?.code];
  return `${what.filter(Boolean).join('  ')}  (${reason}; ${durationMs} ms)`;
}

const instant = (ms: number): string => new Date(ms).toISOString();
