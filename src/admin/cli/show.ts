/** `show <user>`: everything that is known of one user, from the database, while the service runs or not. */
import { Command } from 'commander';
import { readDatabaseConfig } from '../../config.ts';
import { readTimeline, type Step } from '../../operations/timeline.ts';
import { CONNECTOR, PROVISIONED_TYPE } from '../../parts.ts';
import { readTold, UNSURE } from '../../provisioning/told.ts';
import type { Lane, LaneError, Store, StoredResource } from '../../storage/store.ts';
import { besideService, type FindUser } from './beside-service.ts';
import { CommandFailed } from './errors.ts';
import { printStep } from './print-timeline.ts';

interface Flags {
  readonly json?: boolean;
  readonly values?: boolean;
}

export const showCommand = (): Command =>
  new Command('show')
    .description('tell everything about one user: its Lead, what is due, every request, change and delivery attempt')
    .argument('<user>', 'userName or id, also of a user that was deleted')
    .option('--json', 'for scripts')
    .option('--values', 'with --json: what Salesforce was told of each field, not the names of the fields alone')
    .addHelpText(
      'after',
      `
Needs DATABASE_URL alone of the configuration. Oldest first; #n is the number of a step in the journal, → names the attempts that
covered a change and ← the changes that an attempt covered.`,
    )
    .action(async (user: string, { json, values }: Flags) => {
      const shown = await besideService(readDatabaseConfig(), (store, find) =>
        readShown(store, user, find, values ?? false),
      );
      if (!shown) throw new CommandFailed(`nothing is known of a user ${user}: give a userName or an id`);
      process.stdout.write(`${json ? JSON.stringify(shown, null, 2) : printShown(shown)}\n`);
    });

/** What `--json` prints. Instants are ISO 8601. */
interface Shown {
  /** Absent: it was deleted. */
  readonly user?: {
    readonly id: string;
    readonly userName: string;
    readonly version: number;
    readonly createdAt: string;
    readonly lastModifiedAt: string;
  };
  readonly lane?: ShownLane;
  /** Oldest first. */
  readonly timeline: readonly Step[];
}

interface ShownLane extends Pick<
  Lane,
  'state' | 'attempts' | 'leadId' | 'origin' | 'ended' | 'headSeq' | 'tailSeq' | 'doubts'
> {
  readonly dueAt: string;
  readonly lastAttemptAt?: string;
  readonly lastDeliveredAt?: string;
  readonly error?: LaneError;
  /** Fields that Salesforce was told of; with `--values` by their values. */
  readonly told?: readonly string[] | Readonly<Record<string, unknown>>;
  /** Those of them whose last write was not confirmed. */
  readonly unsure?: readonly string[];
}

/** @returns undefined when there is neither such a user nor a trace of one */
async function readShown(
  store: Store,
  idOrUserName: string,
  find: FindUser,
  withValues: boolean,
): Promise<Shown | undefined> {
  const stored = (await store.readResource(PROVISIONED_TYPE, idOrUserName)) ?? (await find(idOrUserName));
  const id = stored?.id ?? idOrUserName;
  const timeline = await readTimeline(store, CONNECTOR, id);
  if (!stored && timeline.length === 0) return undefined;
  const lane = await store.readLane(CONNECTOR, id);
  return {
    ...(stored && { user: describeUser(stored) }),
    ...(lane && { lane: describeLane(lane, withValues) }),
    timeline,
  };
}

function describeUser({
  id,
  version,
  createdAt,
  lastModifiedAt,
  document,
}: StoredResource): NonNullable<Shown['user']> {
  // Documents are written by the operations only; a User has a userName.
  const { userName } = JSON.parse(document) as { userName: string };
  return { id, userName, version, createdAt: instant(createdAt), lastModifiedAt: instant(lastModifiedAt) };
}

function describeLane(lane: Lane, withValues: boolean): ShownLane {
  const {
    state,
    attempts,
    leadId,
    origin,
    ended,
    headSeq,
    tailSeq,
    doubts,
    dueAt,
    lastAttemptAt,
    lastDeliveredAt,
    error,
  } = lane;
  return {
    state,
    dueAt: instant(dueAt),
    attempts,
    ...(leadId !== undefined && { leadId }),
    ...(origin !== undefined && { origin }),
    ...(ended && { ended }),
    ...(lastAttemptAt !== undefined && { lastAttemptAt: instant(lastAttemptAt) }),
    ...(lastDeliveredAt !== undefined && { lastDeliveredAt: instant(lastDeliveredAt) }),
    headSeq,
    tailSeq,
    doubts,
    ...(error && { error }),
    ...describeTold(lane, withValues),
  };
}

function describeTold(lane: Lane, withValues: boolean): Pick<ShownLane, 'told' | 'unsure'> {
  const told = readTold(lane);
  if (!told) return {};
  const unsure = Object.keys(told).filter((name) => told[name] === UNSURE);
  const sure = Object.entries(told).filter(([, value]) => value !== UNSURE);
  return {
    told: withValues ? Object.fromEntries(sure) : sure.map(([name]) => name),
    ...(unsure.length > 0 && { unsure }),
  };
}

/** As people read it. */
function printShown({ user, lane, timeline }: Shown): string {
  const head = user ? `${user.userName}  (User ${user.id}, version ${user.version})` : 'This user was deleted.';
  return [head, ...(lane ? printLane(lane) : ['Nothing is to be delivered.']), '', ...timeline.map(printStep)].join(
    '\n',
  );
}

function printLane(lane: ShownLane): readonly string[] {
  const lead =
    lane.leadId === undefined
      ? 'no Lead yet'
      : `Lead ${lane.leadId} (${lane.origin ?? 'origin unknown'}${printEnd(lane.ended)})`;
  const delivered = lane.lastDeliveredAt === undefined ? 'never delivered' : `delivered ${lane.lastDeliveredAt}`;
  const due = lane.state === 'due' ? ` since or at ${lane.dueAt}` : '';
  const error = lane.error ? [`  ${lane.error.code}: ${lane.error.message}`, `  ${lane.error.hint ?? ''}`] : [];
  return [`${lane.state}${due}; ${lead}; ${delivered}`, ...error.filter((line) => line.trim() !== '')];
}

function printEnd(ended: ShownLane['ended']): string {
  if (ended === undefined) return '';
  const contact = ended.contactId === undefined ? '' : ` to Contact ${ended.contactId}`;
  return `, ${ended.kind}${contact}: not kept up to date any more`;
}

const instant = (ms: number): string => new Date(ms).toISOString();
