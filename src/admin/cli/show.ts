/** `show <user>`: everything that is known of one user. */
import type { Command } from 'commander';
import type { Answer } from '../api/operations.ts';
import { nobody, userIdOf, type OnCall } from './on-call.ts';
import { onCallCommand, tell, type OnCallFlags } from './on-call-command.ts';
import { styleOf, type Paint } from './paint.ts';
import { printStep, type ShownStep } from './print-timeline.ts';
import type { Shell } from './shell.ts';

interface ShowFlags extends OnCallFlags {
  readonly values?: boolean;
}

export const showCommand = (shell: Shell): Command =>
  onCallCommand(
    'show',
    'tell everything about one user: its Lead, what is due, every request, change and delivery attempt',
  )
    .argument('<user>', 'userName or id, also of a user that was deleted')
    .option('--values', 'with --json: values of attributes and fields too, which are personal data')
    .addHelpText(
      'after',
      `
On a database it needs DATABASE_URL alone of the configuration. Oldest first, the latest 200 steps; #n is the number of a step in the
journal, → names the attempts that covered a change and ← the changes that an attempt covered.`,
    )
    .action(async (user: string, flags: ShowFlags) => {
      await tell(shell, flags, (onCall) => readShown(onCall, user, flags.values === true), printShown);
    });

/** What `--json` prints. */
interface Shown {
  readonly user: Answer<'readUser'>;
  /** Oldest first. */
  readonly timeline: readonly ShownStep[];
}

/** Of the journal; the admin API has the rest. */
const STEPS = 200;

async function readShown(onCall: OnCall, idOrUserName: string, withValues: boolean): Promise<Shown> {
  const params = { id: await userIdOf(onCall, idOrUserName) };
  const user = await onCall
    .ask('readUser', { params, query: { include: withValues ? 'values' : undefined } })
    .catch(nobody(idOrUserName));
  const { steps } = await onCall.ask('readTimeline', { params, query: { limit: STEPS } });
  return { user, timeline: [...steps].reverse() };
}

/** As people read it. */
function printShown({ user, timeline }: Shown, paint: Paint): string {
  const { userName = '', id, version = 0, isDeleted, lane } = user;
  const head = isDeleted
    ? `This user was deleted.  (User ${id})`
    : `${paint('bold', userName)}  (User ${id}, version ${version})`;
  const lines = lane ? printLane(lane, paint) : ['Nothing is to be delivered.'];
  return `${[head, ...lines, '', ...timeline.map((step) => printStep(step, paint))].join('\n')}\n`;
}

function printLane(lane: NonNullable<Shown['user']['lane']>, paint: Paint): readonly string[] {
  const lead =
    lane.leadId === undefined
      ? 'no Lead yet'
      : `Lead ${lane.leadId} (${lane.origin ?? 'origin unknown'}${printEnd(lane.ended)})`;
  const delivered = lane.lastDeliveredAt === undefined ? 'never delivered' : `delivered ${lane.lastDeliveredAt}`;
  const due = lane.dueAt === undefined ? '' : ` since or at ${lane.dueAt}`;
  const error = lane.error ? [`  ${lane.error.code}: ${lane.error.message}`, `  ${lane.error.hint ?? ''}`] : [];
  return [
    `${paint(styleOf(lane.state), lane.state)}${due}; ${lead}; ${delivered}`,
    ...error.filter((line) => line.trim() !== ''),
  ];
}

function printEnd(ended: NonNullable<Shown['user']['lane']>['ended']): string {
  if (ended === undefined) return '';
  const contact = ended.contactId === undefined ? '' : ` to Contact ${ended.contactId}`;
  return `, ${ended.kind}${contact}: not kept up to date any more`;
}
