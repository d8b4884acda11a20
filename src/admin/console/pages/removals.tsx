/** Leads that would be deleted, closed or deactivated, and wait for somebody's word. */
import { useState } from 'preact/hooks';
import type { RemovalPage } from '../../api/routes/removals.ts';
import { calls, type Judged } from '../calls.ts';
import { count, formatNumber } from '../format.ts';
import { useAction } from '../hooks/use-action.ts';
import { usePages } from '../hooks/use-pages.ts';
import { useMayOperate } from '../hooks/use-session.ts';
import { useStatus } from '../hooks/use-status.ts';
import { ConfirmButton } from '../parts/confirm.tsx';
import { LeadLink } from '../parts/lead-link.tsx';
import { Names } from '../parts/names.tsx';
import { Failure, Loading, Page } from '../parts/page.tsx';
import { Pager } from '../parts/pager.tsx';
import { Badge } from '../parts/state.tsx';
import { Table, type Column } from '../parts/table.tsx';
import { UserLink } from '../parts/user-link.tsx';

const EVERY_MS = 5_000;

type Removal = RemovalPage['removals'][number];
type Verdict = 'approve' | 'reject';

const DONE: Readonly<Record<Verdict, string>> = { approve: 'approved', reject: 'rejected' };

const COLUMNS: readonly Column<Removal>[] = [
  { head: 'User', cell: ({ user }) => <UserLink user={user} /> },
  {
    head: 'Would be done',
    cell: ({ action, reason, fields }) => (
      <>
        <Badge tone="held">{action}</Badge> {reason}
        {fields.length > 0 && (
          <>
            {' '}
            <Names names={fields} />
          </>
        )}
      </>
    ),
  },
  {
    head: 'Lead',
    cell: ({ user, leadName }) => (
      <>
        <LeadLink lane={user.lane} /> {leadName}
      </>
    ),
  },
];

export function Removals() {
  const mayOperate = useMayOperate();
  const [withNames, setWithNames] = useState(false);
  // Each page with names costs a call to Salesforce, so it is read once.
  const pages = usePages(
    (cursor) => calls.removals(cursor, withNames ? 'names' : undefined),
    withNames ? 'removals with names' : 'removals',
    withNames ? undefined : EVERY_MS,
  );
  const { data, failure, reload } = pages;
  const { reload: reloadStatus } = useStatus();
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const { isBusy, run } = useAction();
  const judge = (verdict: Verdict, which: Judged): void =>
    run(async () => {
      const { judged } = await calls[verdict](which);
      setChosen(new Set());
      reload();
      reloadStatus();
      return `${count(judged, 'removal')} ${DONE[verdict]}.`;
    });
  if (!data) return <Page title="Held removals">{failure ? <Failure failure={failure} /> : <Loading />}</Page>;
  const shown = data.removals.map(({ user }) => user.id);
  const picked = shown.filter((id) => chosen.has(id));
  const verdicts = { isBusy, onJudge: judge };
  return (
    <Page
      title="Held removals"
      aside={mayOperate && data.total > 0 ? <Verdicts of="all" total={data.total} {...verdicts} /> : undefined}
    >
      <Failure failure={failure} />
      <p class="quiet">
        The guard holds removals when more come than usual. Approved ones are carried out; rejected ones leave the Lead
        as it is.
      </p>
      <label>
        <input type="checkbox" checked={withNames} onChange={() => setWithNames(!withNames)} /> Names of the Leads,
        asked of Salesforce
      </label>
      {mayOperate && picked.length > 0 && <Verdicts of={picked} total={picked.length} {...verdicts} />}
      <Table
        caption="Held removals"
        columns={mayOperate ? [choiceOf(chosen, setChosen), ...COLUMNS] : COLUMNS}
        rows={data.removals}
        keyOf={({ user }) => user.id}
        empty="Nothing is held."
      />
      <Pager of="held removals" pages={pages} />
    </Page>
  );
}

const choiceOf = (chosen: ReadonlySet<string>, setChosen: (chosen: ReadonlySet<string>) => void): Column<Removal> => ({
  head: 'Choose',
  cell: ({ user: { id, userName } }) => (
    <input
      type="checkbox"
      aria-label={`Choose ${userName ?? id}`}
      checked={chosen.has(id)}
      onChange={() => setChosen(toggled(chosen, id))}
    />
  ),
});

const toggled = (chosen: ReadonlySet<string>, id: string): ReadonlySet<string> =>
  new Set(chosen.has(id) ? [...chosen].filter((one) => one !== id) : [...chosen, id]);

interface VerdictsProps {
  readonly of: 'all' | readonly string[];
  readonly total: number;
  readonly isBusy: boolean;
  readonly onJudge: (verdict: Verdict, which: Judged) => void;
}

const Verdicts = ({ of, total, isBusy, onJudge }: VerdictsProps) => {
  const which: Judged = of === 'all' ? { all: true } : { userIds: of };
  const words = of === 'all' ? 'all' : `${formatNumber(total)} chosen`;
  return (
    <div class="buttons">
      <ConfirmButton
        label={`Approve ${words}`}
        question={`${count(total, 'Lead')} will be deleted, closed or deactivated in Salesforce.`}
        confirm={`Approve ${formatNumber(total)}`}
        isDanger
        isDisabled={isBusy}
        onConfirm={() => onJudge('approve', which)}
      />
      <ConfirmButton
        label={`Reject ${words}`}
        question={`${count(total, 'Lead')} will stay as they are. Deleted users are forgotten, others are judged anew when they change.`}
        confirm={`Reject ${formatNumber(total)}`}
        isDisabled={isBusy}
        onConfirm={() => onJudge('reject', which)}
      />
    </div>
  );
};
