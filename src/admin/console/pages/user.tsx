/** One person: how the delivery stands and why, what would be sent, what became of every change. */
import { useRef, useState } from 'preact/hooks';
import type { PreviewView } from '../../api/routes/preview.ts';
import type { PushedView } from '../../api/routes/push.ts';
import type { TimelineView } from '../../api/routes/timeline.ts';
import type { UserDetail } from '../../api/routes/user.ts';
import { calls } from '../calls.ts';
import { formatInstant, formatNumber } from '../format.ts';
import { useAction } from '../hooks/use-action.ts';
import { usePages, type Pages } from '../hooks/use-pages.ts';
import { useMayOperate } from '../hooks/use-session.ts';
import { ConfirmButton } from '../parts/confirm.tsx';
import { Facts, type Fact } from '../parts/facts.tsx';
import { LeadLink } from '../parts/lead-link.tsx';
import { Names } from '../parts/names.tsx';
import { Failure, Loading, Page, Section, type PageProps } from '../parts/page.tsx';
import { Pager } from '../parts/pager.tsx';
import { Preview } from '../parts/preview.tsx';
import { LaneState } from '../parts/state.tsx';
import { Time } from '../parts/time.tsx';
import { Timeline } from '../parts/timeline.tsx';
import { Values } from '../parts/values.tsx';

const EVERY_MS = 4_000;
/** While somebody waits for what comes of an action. */
const HASTY_EVERY_MS = 500;
/** Longer than an attempt takes; a next attempt, or the end of a pause, is no matter of seconds. */
const HASTE_MS = 10_000;

interface Known {
  readonly user: UserDetail;
  readonly timeline: TimelineView;
  readonly nextCursor?: string;
}

/** Both in one, the timeline last: it has the attempt that the head tells the outcome of. */
async function readKnown(id: string, cursor?: string): Promise<Known> {
  const user = await calls.readUser(id);
  const timeline = await calls.timeline(id, cursor);
  const { nextCursor } = timeline;
  return { user, timeline, ...(nextCursor !== undefined && { nextCursor }) };
}

interface KnownPages extends Pages<Known> {
  /** Reads at once, and often until the delivery is no longer due. */
  readonly follow: () => void;
}

/** Of one user; what is shown stays until another page of the timeline is there. */
function useKnown(id: string): KnownPages {
  const hastyUntil = useRef(0);
  const rhythm = (known?: Known): number =>
    known?.user.lane?.state === 'due' && performance.now() < hastyUntil.current ? HASTY_EVERY_MS : EVERY_MS;
  const pages = usePages((cursor) => readKnown(id, cursor), `user ${id}`, rhythm);
  const latest = useRef<Known | undefined>(undefined);
  if (pages.data || latest.current?.user.id !== id) latest.current = pages.data;
  const follow = (): void => {
    hastyUntil.current = performance.now() + HASTE_MS;
    pages.reload();
  };
  return { ...pages, follow, ...(latest.current && { data: latest.current }) };
}

export function User({ id = '' }: PageProps) {
  const [round, setRound] = useState(0);
  const pages = useKnown(id);
  const { data, failure, follow } = pages;
  const again = (): void => {
    follow();
    setRound((before) => before + 1);
  };
  if (!data)
    return (
      <Page title="User">
        {failure ? <Failure failure={failure} /> : <Loading />}
        <p>
          <a href="/admin/users">All users</a>
        </p>
      </Page>
    );
  const { user, timeline } = data;
  return (
    <Page title={user.userName ?? user.id} aside={<LaneState state={user.lane?.state} />}>
      <Failure failure={failure} />
      <Trouble user={user} />
      <Actions user={user} onDone={again} />
      <Delivery user={user} />
      <Comparison key={`${id} ${round}`} id={id} />
      <Values id={id} />
      <Section title="Timeline">
        <Timeline steps={timeline.steps} />
        <Pager of="the timeline" pages={pages} />
      </Section>
    </Page>
  );
}

const Trouble = ({ user: { lane } }: { readonly user: UserDetail }) =>
  lane?.error ? (
    <div class="notice bad">
      <p>
        <code>{lane.error.code}</code> {lane.error.message}
      </p>
      {lane.error.hint !== undefined && <p>{lane.error.hint}</p>}
    </div>
  ) : null;

interface ActionsProps {
  readonly user: UserDetail;
  readonly onDone: () => void;
}

function Actions({ user: { id, lane }, onDone }: ActionsProps) {
  const mayOperate = useMayOperate();
  const { isBusy, run } = useAction();
  if (!mayOperate || !lane) return null;
  const push = (resend: boolean): void =>
    run(async () => {
      const words = tellPush(await calls.push(id, resend));
      onDone();
      return words;
    });
  const retry = (): void =>
    run(async () => {
      const { released, state } = await calls.retryUser(id);
      onDone();
      return released > 0 ? 'Due now: it is tried again.' : `Nothing to retry: the user is ${state}.`;
    });
  return (
    <div class="buttons">
      <button type="button" class="primary" disabled={isBusy || lane.error === undefined} onClick={retry}>
        Retry
      </button>
      <button type="button" disabled={isBusy} onClick={() => push(false)}>
        Push now
      </button>
      <ConfirmButton
        label="Resend all fields"
        question="All mapped fields are sent, whatever Salesforce was told before: what people changed in this Lead is overwritten."
        confirm="Resend"
        isDisabled={isBusy}
        onConfirm={() => push(true)}
      />
    </div>
  );
}

function tellPush({ attempt, gate, pause, lane }: PushedView): string {
  if (attempt) {
    const error = attempt.error ? `: ${attempt.error.code}` : '';
    return `Pushed: ${attempt.action}, ${attempt.outcome}${error}.`;
  }
  if (pause) return `Not sent yet: delivery is paused (${pause.reason}). The user is first when it goes on.`;
  if (gate.state !== 'open') return `Not sent yet: Salesforce is not asked now (${gate.reason ?? 'gate closed'}).`;
  return lane?.isBehind ? 'Not sent yet: the user is next.' : 'Nothing to send: Salesforce was told everything.';
}

const Delivery = ({ user }: { readonly user: UserDetail }) => (
  <Section title="Delivery">
    <Facts facts={[...factsOfLane(user), ...factsOfUser(user)]} />
  </Section>
);

const factsOfLane = ({ lane, unsureFields, leadFields }: UserDetail): readonly Fact[] =>
  lane
    ? [
        { name: 'Lead', value: <LeadLink lane={lane} /> },
        { name: 'Made by', value: lane.origin && ORIGINS[lane.origin] },
        { name: 'Salesforce knows', value: lane.isBehind ? 'an older state' : 'the latest state' },
        { name: 'Next attempt', value: lane.dueAt && <Time at={lane.dueAt} /> },
        { name: 'Attempts', value: formatNumber(lane.attempts) },
        { name: 'Last attempt', value: <Time at={lane.lastAttemptAt} /> },
        { name: 'Last delivered', value: <Time at={lane.lastDeliveredAt} /> },
        { name: 'Lead fields told', value: <Names names={leadFields} /> },
        { name: 'Not confirmed', value: unsureFields.length > 0 ? <Names names={unsureFields} /> : undefined },
      ]
    : [];

const factsOfUser = (user: UserDetail): readonly Fact[] => [
  { name: 'SCIM id', value: <code>{user.id}</code> },
  { name: 'User', value: user.isDeleted ? 'deleted' : undefined },
  { name: 'Version', value: user.version === undefined ? undefined : formatNumber(user.version) },
  { name: 'Changed', value: user.lastModifiedAt && formatInstant(user.lastModifiedAt) },
  { name: 'Created', value: user.createdAt && formatInstant(user.createdAt) },
  { name: 'Attributes', value: user.attributes.length > 0 ? <Names names={user.attributes} /> : undefined },
];

const ORIGINS = { created: 'this service', adopted: 'somebody else; found and linked' } as const;

/** Salesforce is asked, so somebody has to want it. */
function Comparison({ id }: { readonly id: string }) {
  const [preview, setPreview] = useState<PreviewView>();
  const { isBusy, run } = useAction();
  const compare = (): void =>
    run(async () => {
      setPreview(await calls.preview(id));
      return 'Compared with Salesforce.';
    }, 'heard');
  return (
    <Section
      title="Compared with Salesforce"
      aside={
        <button type="button" disabled={isBusy} onClick={compare}>
          {preview ? 'Compare again' : 'Compare'}
        </button>
      }
    >
      {preview ? (
        <Preview preview={preview} />
      ) : (
        <p class="quiet">What the next delivery would do, field by field beside the Lead. Nothing is written.</p>
      )}
    </Section>
  );
}
