/** The whole console: nobody gets further than the log-in without a session. */
import { LocationProvider } from 'preact-iso';
import { useLayoutEffect } from 'preact/hooks';
import { actFor } from './client.ts';
import { useKeptFocus } from './hooks/use-kept-focus.ts';
import { IsSessionGoodContext, SessionContext } from './hooks/use-session.ts';
import { useStanding } from './hooks/use-standing.ts';
import { LogIn, LogInAgain } from './pages/log-in.tsx';
import { Failure, Loading } from './parts/page.tsx';
import { Shell } from './shell.tsx';

export function App() {
  const { standing, begin, end } = useStanding();
  const session = standing.kind === 'somebody' ? standing.session : undefined;
  // Before the effects of any page, which read what they show.
  useLayoutEffect(() => actFor(session?.name), [session?.name]);
  useKeptFocus();
  switch (standing.kind) {
    case 'unknown':
      return standing.failure ? <Failure failure={standing.failure} /> : <Loading />;
    case 'nobody':
      return <LogIn onLogIn={begin} />;
    case 'somebody':
      return (
        <SessionContext.Provider value={standing.session}>
          <IsSessionGoodContext.Provider value={standing.state === 'good'}>
            <LocationProvider scope="/admin">
              {/* What somebody was shown and has typed is nobody else's. */}
              <Shell key={standing.session.name} session={standing.session} news={standing.news} onLogOut={end} />
            </LocationProvider>
            {standing.state === 'ended' && <LogInAgain name={standing.session.name} onLogIn={begin} />}
          </IsSessionGoodContext.Provider>
        </SessionContext.Provider>
      );
  }
}
