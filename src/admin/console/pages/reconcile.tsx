/** Whether Salesforce holds what the users say; and putting right what it does not. */
import { useState } from 'preact/hooks';
import type { FindingPage, ReconcileState } from '../../api/routes/reconcile.ts';
import { calls, type ReconcileMode } from '../calls.ts';
import { count, formatNumber, formatSpan } from '../format.ts';
import { useAction, type Action } from '../hooks/use-action.ts';
import { useLoad } from '../hooks/use-load.ts';
import { usePages } from '../hooks/use-pages.ts';
import { useMayOperate } from '../hooks/use-session.ts';
import { ConfirmButton } from '../parts/confirm.tsx';
import { Facts } from '../parts/facts.tsx';
import { LeadLink } from '../parts/lead-link.tsx';
import { Names } from '../parts/names.tsx';
import { Failure, Loading, Page, Section } from '../parts/page.tsx';
import { Pager } from '../parts/pager.tsx';
import { Badge, type Tone } from '../parts/state.tsx';
import { Table, type Column } from '../parts/table.tsx';
import { Time } from '../parts/time.tsx';
import { userPath } from '../parts/user-link.tsx';

const EVERY_MS = 2_000;

type Run = NonNullable<ReconcileState['run']>;
type Report = NonNullable<Run['report']>;
type Finding = FindingPage['findings'][number];

export function Reconcile() {
  const mayOperate = useMayOperate();
  const { data, failure, reload } = useLoad(calls.reconcile, 'reconcile', EVERY_MS);
  const action = useAction();
  if (!data) return <Page title="Reconcile">{failure ? <Failure failure={failure} /> : <Loading />}</Page>;
  const { run } = data;
  return (
    <Page title="Reconcile">
      <Failure failure={failure} />
      <p class="quiet">
        Compares every Lead with what its user says. Looking changes nothing; a repair makes the users due whose Lead
        differs or is missing.
      </p>
      {mayOperate && <Start run={run} action={action} onDone={reload} />}
      {run ? <LastRun run={run} /> : <p class="empty">There was no run by the service yet.</p>}
      {run?.report && <Found report={run.report} />}
      {run?.report && <Findings key={run.id} id={run.id} counts={run.report.counts} />}
    </Page>
  );
}

interface StartProps {
  readonly run: Run | undefined;
  readonly action: Action;
  readonly onDone: () => void;
}

function Start({ run, action: { isBusy, run: act }, onDone }: StartProps) {
  const [mode, setMode] = useState<ReconcileMode>('full');
  const start = (repair: boolean): void =>
    act(async () => {
      await calls.startReconcile(mode, repair);
      onDone();
      return repair ? 'The repair has begun.' : 'The comparison has begun.';
    });
  const cancel = (): void =>
    act(async () => {
      const { stopping } = await calls.cancelReconcile();
      onDone();
      return stopping ? 'It stops after the page under way.' : 'There is nothing to stop.';
    });
  if (run?.state === 'running')
    return (
      <div class="buttons">
        <button type="button" disabled={isBusy} onClick={cancel}>
          Stop
        </button>
      </div>
    );
  return (
    <div class="search">
      <label>
        Which Leads
        <select
          value={mode}
          onChange={({ currentTarget }) => setMode(currentTarget.value === 'delta' ? 'delta' : 'full')}
        >
          <option value="full">All of them</option>
          <option value="delta">Changed since the last run that left nothing to repair</option>
        </select>
      </label>
      <button type="button" class="primary" disabled={isBusy} onClick={() => start(false)}>
        Compare
      </button>
      <ConfirmButton
        label="Compare and repair"
        question="Users whose Lead differs or is missing are made due, and so sent: what people changed in mapped fields is overwritten."
        confirm="Repair"
        isDisabled={isBusy}
        onConfirm={() => start(true)}
      />
    </div>
  );
}

const STATES: Readonly<Record<Run['state'], Tone>> = {
  running: 'wait',
  completed: 'good',
  stopped: 'held',
  failed: 'bad',
  lost: 'bad',
};

const LastRun = ({ run }: { readonly run: Run }) => (
  <Section title="Run" aside={<Badge tone={STATES[run.state]}>{run.state}</Badge>}>
    {run.state === 'running' && (
      <label>
        {count(run.done, 'Lead')} and users of {formatNumber(run.total)} so far
        <progress value={run.done} max={Math.max(run.total, 1)} />
      </label>
    )}
    {run.error !== undefined && <p class="notice bad">{run.error}</p>}
    {run.needsAttention !== undefined && <Verdict needsAttention={run.needsAttention} repair={run.repair} />}
    <Facts
      facts={[
        { name: 'Begun', value: <Time at={run.startedAt} /> },
        { name: 'By', value: run.actor },
        { name: 'Which Leads', value: run.mode === 'full' ? 'all' : 'changed ones' },
        { name: 'Repair', value: run.repair ? 'yes' : 'no' },
        { name: 'Took', value: formatSpan(new Date(run.at).getTime() - new Date(run.startedAt).getTime()) },
        { name: 'Leads read', value: run.report && formatNumber(run.report.leads) },
        { name: 'Made due', value: run.report && run.repair ? count(run.report.repaired, 'user') : undefined },
      ]}
    />
  </Section>
);

interface VerdictProps {
  readonly needsAttention: boolean;
  readonly repair: boolean;
}

const Verdict = ({ needsAttention, repair }: VerdictProps) => {
  if (!needsAttention) return <p class="notice good">Nothing is left to be put right.</p>;
  const words = repair
    ? 'Something is left that a repair cannot put right.'
    : 'Something differs: repair it, or see who differs.';
  return <p class="notice bad">{words}</p>;
};

/** What it means, and whether somebody has to look at it. */
const KINDS: Readonly<Record<string, { readonly tone: Tone; readonly words: string }>> = {
  unchanged: { tone: 'good', words: 'The Lead holds what the user says.' },
  drifted: { tone: 'bad', words: 'The Lead holds something else in mapped fields.' },
  missing: { tone: 'bad', words: 'The Lead of the user is not in Salesforce.' },
  unlinked: { tone: 'bad', words: 'A Lead has the external id of the user, who knows of none.' },
  unmarked: { tone: 'held', words: 'The Lead of the user has not its external id.' },
  duplicate: { tone: 'held', words: 'A second Lead has the external id of the user.' },
  orphaned: { tone: 'held', words: 'A Lead has an external id that no user has.' },
  converted: { tone: 'plain', words: 'The Lead was converted: it cannot be changed any more.' },
  waiting: { tone: 'wait', words: 'Something is on its way to Salesforce; not compared.' },
  parked: { tone: 'bad', words: 'Waits for a person; not compared.' },
  'without Lead': { tone: 'plain', words: 'The user needs no Lead.' },
  unmappable: { tone: 'bad', words: 'The mapping fails for the user.' },
};

const KindBadge = ({ kind }: { readonly kind: string }) => <Badge tone={KINDS[kind]?.tone ?? 'plain'}>{kind}</Badge>;

type Count = readonly [kind: string, users: number];

const COUNTS: readonly Column<Count>[] = [
  { head: 'Found', cell: ([kind]) => <KindBadge kind={kind} /> },
  { head: 'Users', kind: 'number', cell: ([, users]) => formatNumber(users) },
  { head: 'What it means', cell: ([kind]) => KINDS[kind]?.words },
];

const FIELDS: readonly Column<Report['fields'][number]>[] = [
  { head: 'Drifted field', cell: ({ name }) => <code>{name}</code> },
  { head: 'Leads', kind: 'number', cell: ({ leads }) => formatNumber(leads) },
];

const Found = ({ report }: { readonly report: Report }) => (
  <Section title={report.complete ? 'Found' : 'Found until it ended'}>
    <Table
      caption="Found"
      columns={COUNTS}
      rows={Object.entries(report.counts).filter(([, users]) => users > 0)}
      keyOf={([kind]) => kind}
      empty="There was nothing to compare."
    />
    {report.fields.length > 0 && (
      <Table caption="Drifted fields" columns={FIELDS} rows={report.fields} keyOf={({ name }) => name} empty="" />
    )}
  </Section>
);

const FINDINGS: readonly Column<Finding>[] = [
  { head: 'Found', cell: ({ kind }) => <KindBadge kind={kind} /> },
  {
    head: 'User',
    cell: ({ userId }) =>
      userId === undefined ? (
        <span class="none">–</span>
      ) : (
        <a href={userPath(userId)}>
          <code>{userId}</code>
        </a>
      ),
  },
  { head: 'Lead', cell: (finding) => <LeadLink lane={finding} /> },
  { head: 'Fields', kind: 'wide', cell: ({ fields }) => fields && <Names names={fields} /> },
];

interface FindingsProps {
  readonly id: string;
  readonly counts: Report['counts'];
}

function Findings({ id, counts }: FindingsProps) {
  const [kind, setKind] = useState('');
  const pages = usePages((cursor) => calls.findings(kind || undefined, cursor), `findings ${id} ${kind}`);
  const { data, failure } = pages;
  return (
    <Section title="Who differs">
      <label>
        Only
        <select value={kind} onChange={({ currentTarget }) => setKind(currentTarget.value)}>
          <option value="">everything that differs</option>
          {Object.keys(counts)
            .filter((one) => one !== 'unchanged' && (counts[one] ?? 0) > 0)
            .map((one) => (
              <option key={one} value={one}>
                {one}
              </option>
            ))}
        </select>
      </label>
      <Failure failure={failure} />
      {data ? (
        <Table
          caption="Who differs"
          columns={FINDINGS}
          rows={data.findings}
          keyOf={({ kind: found, userId, leadId }) => `${found} ${userId} ${leadId}`}
          empty="Nobody. The first 200 of each kind are named."
        />
      ) : (
        !failure && <Loading />
      )}
      <Pager of="findings" pages={pages} />
    </Section>
  );
}
