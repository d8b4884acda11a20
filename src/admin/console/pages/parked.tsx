/** Who waits for a person, by what is wrong: mend it once, then retry all of them. */
import { useLocation } from 'preact-iso';
import type { LaneErrors } from '../../api/routes/lanes.ts';
import type { UserView } from '../../api/views.ts';
import { calls, type RetryFilter } from '../calls.ts';
import { withQuery } from '../client.ts';
import { count, formatNumber } from '../format.ts';
import { useAction } from '../hooks/use-action.ts';
import { useLoad } from '../hooks/use-load.ts';
import { usePages } from '../hooks/use-pages.ts';
import { useMayOperate } from '../hooks/use-session.ts';
import { useStatus } from '../hooks/use-status.ts';
import { ConfirmButton } from '../parts/confirm.tsx';
import { Failure, Loading, Page, Section } from '../parts/page.tsx';
import { Pager } from '../parts/pager.tsx';
import { LaneState } from '../parts/state.tsx';
import { Table, type Column } from '../parts/table.tsx';
import { Time } from '../parts/time.tsx';
import { UserLink } from '../parts/user-link.tsx';

const EVERY_MS = 5_000;

type Group = LaneErrors['errors'][number];

/** Groups are told from each other by all three. */
const keyOf = ({ state, class: cause, code }: Readonly<Record<'state' | 'class' | 'code', string>>): string =>
  `${state} ${cause} ${code}`;

/** A notification names the code alone. */
const isNamed = (group: Group, query: Readonly<Record<string, string>>): boolean =>
  'code' in query && keyOf(group) === keyOf({ ...group, ...query });

export function Parked() {
  const { query } = useLocation();
  const { data, failure, reload } = useLoad(calls.laneErrors, 'lane errors', EVERY_MS);
  const { reload: reloadStatus } = useStatus();
  const { isBusy, run } = useAction();
  const retry = (which: RetryFilter): void =>
    run(async () => {
      const { released } = await calls.retry(which);
      reload();
      reloadStatus();
      return `${count(released, 'user')} due now.`;
    });
  if (!data) return <Page title="Parked">{failure ? <Failure failure={failure} /> : <Loading />}</Page>;
  const { errors } = data;
  const chosen = errors.find((one) => isNamed(one, query));
  return (
    <Page title="Parked" aside={<RetryAll errors={errors} isBusy={isBusy} onRetry={retry} />}>
      <Failure failure={failure} />
      <p class="quiet">
        By error. Parked users wait for a person, or for the next change; waiting ones are tried again by themselves.
      </p>
      <Groups errors={errors} chosen={chosen} isBusy={isBusy} onRetry={retry} />
      {chosen && <Members key={keyOf(chosen)} group={chosen} />}
    </Page>
  );
}

interface RetryProps {
  readonly errors: readonly Group[];
  readonly isBusy: boolean;
  readonly onRetry: (which: RetryFilter) => void;
}

function RetryAll({ errors, isBusy, onRetry }: RetryProps) {
  const mayOperate = useMayOperate();
  const parked = errors.filter(({ state }) => state === 'parked').reduce((sum, { lanes }) => sum + lanes, 0);
  if (!mayOperate || parked === 0) return null;
  return (
    <ConfirmButton
      label="Retry all parked"
      question={`${count(parked, 'user')} will be due at once, whatever the error. Those that fail again are parked again.`}
      confirm={`Retry ${formatNumber(parked)}`}
      isDisabled={isBusy}
      onConfirm={() => onRetry({ all: true })}
    />
  );
}

function Groups({ errors, chosen, isBusy, onRetry }: RetryProps & { readonly chosen: Group | undefined }) {
  const mayOperate = useMayOperate();
  const columns: readonly Column<Group>[] = [
    {
      head: 'Error',
      cell: ({ state, class: cause, code }) => (
        <a
          href={withQuery('/admin/parked', { state, class: cause, code })}
          aria-current={chosen?.code === code && chosen.class === cause && chosen.state === state ? 'true' : undefined}
        >
          <code>{code}</code>
        </a>
      ),
    },
    { head: 'Class', kind: 'wide', cell: ({ class: cause }) => cause },
    { head: 'State', cell: ({ state }) => <LaneState state={state} /> },
    { head: 'Users', kind: 'number', cell: ({ lanes }) => formatNumber(lanes) },
    { head: 'Since', kind: 'wide', cell: ({ since }) => <Time at={since} /> },
    { head: 'What to do', cell: ({ hint }) => hint ?? <span class="none">–</span> },
  ];
  const retry: Column<Group> = {
    head: 'Retry',
    kind: 'actions',
    cell: ({ state, class: cause, code, lanes }) => (
      <ConfirmButton
        label="Retry"
        of={`${code}, ${state}`}
        question={`${count(lanes, 'user')} with ${code} will be due at once.`}
        confirm={`Retry ${formatNumber(lanes)}`}
        isDisabled={isBusy}
        onConfirm={() => onRetry({ class: cause, code, ...(state === 'due' && { waiting: true }) })}
      />
    ),
  };
  return (
    <Table
      caption="Errors"
      columns={mayOperate ? [...columns, retry] : columns}
      rows={errors}
      keyOf={keyOf}
      empty="Nobody is parked, and nobody waits after a failure."
    />
  );
}

function Members({ group: { state, class: cause, code } }: { readonly group: Group }) {
  const mayOperate = useMayOperate();
  const pages = usePages(
    (cursor) => calls.lanes({ state, class: cause, code }, cursor),
    `${state} ${cause} ${code}`,
    EVERY_MS,
  );
  const { data, failure, reload } = pages;
  const { isBusy, run } = useAction();
  const columns: readonly Column<UserView>[] = [
    { head: 'User', cell: (user) => <UserLink user={user} /> },
    { head: "Salesforce's words", cell: ({ lane }) => lane?.error?.message ?? <span class="none">–</span> },
    { head: 'Attempts', kind: 'number', cell: ({ lane }) => lane?.attempts },
    { head: 'Last attempt', kind: 'wide', cell: ({ lane }) => <Time at={lane?.lastAttemptAt} /> },
  ];
  const retry: Column<UserView> = {
    head: 'Retry',
    kind: 'actions',
    cell: ({ id, userName }) => (
      <button
        type="button"
        disabled={isBusy}
        onClick={() =>
          run(async () => {
            const { released } = await calls.retryUser(id);
            reload();
            return released > 0 ? `${userName ?? id} is due now.` : `${userName ?? id} is not parked any more.`;
          })
        }
      >
        Retry<span class="unseen"> {userName ?? id}</span>
      </button>
    ),
  };
  return (
    <Section title={`Users with ${code}`}>
      <Failure failure={failure} />
      {data ? (
        <Table
          caption={`Users with ${code}`}
          columns={mayOperate ? [...columns, retry] : columns}
          rows={data.users}
          keyOf={({ id }) => id}
          empty="Nobody any more."
        />
      ) : (
        <Loading />
      )}
      <Pager of={`users with ${code}`} pages={pages} />
    </Section>
  );
}
