/** Is everything delivered, and if not, why not. */
import type { ComponentChildren } from 'preact';
import type { Status } from '../../api/routes/status.ts';
import { calls } from '../calls.ts';
import { count, formatInstant, formatNumber, formatSpan } from '../format.ts';
import { useAction } from '../hooks/use-action.ts';
import { useMayOperate } from '../hooks/use-session.ts';
import { useStatus } from '../hooks/use-status.ts';
import { ConfirmButton } from '../parts/confirm.tsx';
import { Events } from '../parts/events.tsx';
import { Loading, Page, Section } from '../parts/page.tsx';
import { Throughput } from '../parts/throughput.tsx';
import { Time } from '../parts/time.tsx';

export function Overview() {
  const { data } = useStatus();
  if (!data)
    return (
      <Page title="Overview">
        <Loading />
      </Page>
    );
  return (
    <Page title="Overview" aside={<Switch status={data} />}>
      <Trouble status={data} />
      <Tiles status={data} />
      <Throughput />
      <Section title="What happened">
        <Events latest={data.events} />
      </Section>
    </Page>
  );
}

/** Pause while it delivers, resume while it does not. */
function Switch({ status: { pause, gate } }: { readonly status: Status }) {
  const mayOperate = useMayOperate();
  const { reload } = useStatus();
  const { isBusy, run } = useAction();
  if (!mayOperate) return null;
  const resume = (): void =>
    run(async () => {
      await calls.resume();
      reload();
      return pause ? 'Delivery goes on.' : 'Salesforce is tried now.';
    });
  const stop = (reason: string): void =>
    run(async () => {
      const { changed } = await calls.pause(reason);
      reload();
      return changed ? 'Paused: nothing more is sent.' : 'It was paused already, and keeps its reason.';
    });
  return (
    <>
      {(pause || gate.state === 'closed') && (
        <button type="button" class="primary" disabled={isBusy} onClick={resume}>
          {pause ? 'Resume' : 'Try Salesforce now'}
        </button>
      )}
      {!pause && (
        <ConfirmButton
          label="Pause"
          question="Nothing more is sent to Salesforce until somebody resumes. SCIM is answered all the while."
          confirm="Pause delivery"
          isDisabled={isBusy}
          onConfirm={(field) => stop(field('reason').trim())}
        >
          <label>
            Reason
            <input name="reason" required maxLength={500} pattern=".*\S.*" />
          </label>
        </ConfirmButton>
      )}
    </>
  );
}

/** Why nothing is sent, or less than there is. */
const Trouble = ({ status: { pause, gate, budget, dryRun } }: { readonly status: Status }) => (
  <>
    {pause && (
      <p class="notice held">
        Paused by {pause.actor} <Time at={pause.at} />: {pause.reason}
      </p>
    )}
    {gate.state !== 'open' && (
      <p class="notice bad">
        {gate.state === 'closed' ? 'Salesforce is not asked' : 'Salesforce is tried again'} ({gate.class}):{' '}
        {gate.reason}. {gate.hint}{' '}
        {gate.until === undefined ? (
          'Somebody has to act, then resume.'
        ) : (
          <>
            Next try <Time at={gate.until} />.
          </>
        )}
      </p>
    )}
    {budget && budget.level !== 'ample' && <p class="notice held">{BUDGETS[budget.level]}</p>}
    {dryRun && <p class="notice held">Dry run: nothing is written to Salesforce.</p>}
  </>
);

const BUDGETS = {
  slowed: 'The API calls of the org run low: batches keep a distance.',
  spent: 'The API calls of the org are spent but for a reserve: nothing is sent until some are free again.',
} as const;

const Tile = ({ name, children }: { readonly name: string; readonly children: ComponentChildren }) => (
  <li>
    <span class="quiet">{name}</span>
    {children}
  </li>
);

const Tiles = ({ status: { lanes, lagSeconds, budget, load } }: { readonly status: Status }) => (
  <ul class="tiles">
    <Tile name="Up to date">
      <strong>{formatNumber(lanes.idle)}</strong>
      <span class="quiet">users</span>
    </Tile>
    <Tile name="Backlog">
      <strong>{formatNumber(lanes.due)}</strong>
      <span class="quiet">{lagSeconds === 0 ? 'nobody waits' : `oldest waits ${formatSpan(lagSeconds * 1000)}`}</span>
    </Tile>
    <Tile name="Parked">
      <strong>{formatNumber(lanes.parked)}</strong>
      <a href="/admin/parked">by error</a>
    </Tile>
    <Tile name="Held removals">
      <strong>{formatNumber(lanes.held)}</strong>
      <a href="/admin/removals">approve or reject</a>
    </Tile>
    {budget && (
      <Tile name="API calls of the org">
        <strong>{Math.round((100 * budget.used) / Math.max(budget.max, 1))} %</strong>
        <meter
          aria-label="API calls used"
          value={budget.used}
          max={budget.max}
          title={`As of ${formatInstant(budget.at)}`}
        />
        <span class="quiet">
          {formatNumber(budget.used)} of {formatNumber(budget.max)}, {budget.level}
        </span>
      </Tile>
    )}
    {load && (
      <Tile name="Bulk load">
        <strong>{formatNumber(load.processed)}</strong>
        <progress aria-label="Bulk load" value={load.processed} max={Math.max(load.users, 1)} />
        <span class="quiet">
          of {count(load.users, 'user')}, <Time at={load.startedAt} />
        </span>
      </Tile>
    )}
  </ul>
);
