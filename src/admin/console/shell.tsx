/** What is around every page: where to go, how the service is, who is logged in, what was just done. */
import { Route, Router, useLocation } from 'preact-iso';
import { useCallback, useEffect, useState } from 'preact/hooks';
import type { Status } from '../api/routes/status.ts';
import type { SessionView } from '../web/sessions.ts';
import { calls } from './calls.ts';
import { formatNumber } from './format.ts';
import { useAction } from './hooks/use-action.ts';
import { useLoad } from './hooks/use-load.ts';
import { NotifyContext, type Notice } from './hooks/use-notices.ts';
import { StatusContext } from './hooks/use-status.ts';
import { HOME, PAGES } from './pages.ts';
import { Failure, Page } from './parts/page.tsx';
import { Badge, type Tone } from './parts/state.tsx';

const STATUS_EVERY_MS = 4_000;

interface Props {
  readonly session: SessionView;
  readonly onLogOut: () => void;
}

interface ShellProps extends Props {
  /** What is to be said first. */
  readonly news: string | undefined;
}

export function Shell({ session, news, onLogOut }: ShellProps) {
  const status = useLoad(calls.status, 'status', STATUS_EVERY_MS);
  const [notice, setNotice] = useState<Notice>();
  const dismiss = useCallback(() => setNotice(undefined), []);
  useEffect(() => {
    if (news !== undefined) setNotice({ text: news, tone: 'done' });
  }, [news]);
  return (
    <NotifyContext.Provider value={setNotice}>
      <StatusContext.Provider value={status}>
        <a class="skip" href="#main">
          Skip to content
        </a>
        <Banner status={status.data} session={session} onLogOut={onLogOut} />
        <Navigation status={status.data} />
        <main id="main" tabIndex={-1}>
          <Failure failure={status.failure} />
          <Pages onLeave={dismiss} />
        </main>
        <Notices notice={notice} onDismiss={dismiss} />
      </StatusContext.Provider>
    </NotifyContext.Provider>
  );
}

const Pages = ({ onLeave }: { readonly onLeave: () => void }) => (
  <Router onRouteChange={onLeave}>
    {PAGES.map(({ path, component }) => (
      <Route key={path} path={path} component={component} />
    ))}
    <Route default component={NoPage} />
  </Router>
);

const NoPage = () => (
  <Page title="No such page">
    <p>
      Nothing is at this address. <a href={HOME}>Overview</a>
    </p>
  </Page>
);

const DELIVERY: Readonly<Record<Status['delivery'], { readonly tone: Tone; readonly words: string }>> = {
  running: { tone: 'good', words: 'delivering' },
  waiting: { tone: 'bad', words: 'waiting for Salesforce' },
  paused: { tone: 'held', words: 'paused' },
};

function Banner({ status, session, onLogOut }: Props & { readonly status: Status | undefined }) {
  const { run, isBusy } = useAction();
  const logOut = (): void =>
    run(async () => {
      await calls.logOut();
      onLogOut();
      return 'Logged out.';
    });
  return (
    <header class="banner">
      <a class="brand" href={HOME}>
        scim-salesforce
      </a>
      {status && <Badge tone={DELIVERY[status.delivery].tone}>{DELIVERY[status.delivery].words}</Badge>}
      {status?.dryRun && <Badge tone="held">dry run</Badge>}
      <span class="who">
        <span>{session.name}</span>
        {!session.scopes.includes('admin:operate') && <span class="quiet"> (may only look)</span>}
      </span>
      <button type="button" class="plain" disabled={isBusy} onClick={logOut}>
        Log out
      </button>
    </header>
  );
}

function Navigation({ status }: { readonly status: Status | undefined }) {
  const { path } = useLocation();
  return (
    <nav class="pages" aria-label="Pages">
      <ul>
        {PAGES.flatMap(({ path: to, nav, counts }) =>
          nav === undefined ? (
            []
          ) : (
            <li key={to}>
              <a href={to} aria-current={isAt(path, to) ? 'page' : undefined}>
                {nav}
                {counts && status && status.lanes[counts] > 0 && (
                  <span class={`count ${counts}`}>
                    {formatNumber(status.lanes[counts])} <span class="unseen">users</span>
                  </span>
                )}
              </a>
            </li>
          ),
        )}
      </ul>
    </nav>
  );
}

/** A user's page is one of the users'. */
const isAt = (path: string, to: string): boolean => path === to || (to !== HOME && path.startsWith(`${to}/`));

interface NoticesProps {
  readonly notice: Notice | undefined;
  readonly onDismiss: () => void;
}

/** Both regions are there before anything is said in them: else it is not read. */
const Notices = ({ notice, onDismiss }: NoticesProps) => (
  <div class="notices">
    <div role="status">
      {notice?.tone === 'done' && <p class="notice good">{notice.text}</p>}
      {notice?.tone === 'heard' && <p class="unseen">{notice.text}</p>}
    </div>
    <div role="alert">{notice?.tone === 'failed' && <p class="notice bad">{notice.text}</p>}</div>
    {notice && notice.tone !== 'heard' && (
      <button type="button" class="plain" onClick={onDismiss}>
        Dismiss
      </button>
    )}
  </div>
);
