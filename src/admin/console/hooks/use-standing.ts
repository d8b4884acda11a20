/** Who is logged in, as far as this tab knows; other tabs log in and out too, with the same cookie. */
import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import type { SessionView } from '../../web/sessions.ts';
import { calls, type SessionAnswer } from '../calls.ts';
import { onSessionEnded, type RequestFailed } from '../client.ts';
import { toFailure } from './use-load.ts';

export type Standing =
  | { readonly kind: 'unknown'; readonly failure?: RequestFailed }
  | { readonly kind: 'nobody' }
  | {
      readonly kind: 'somebody';
      readonly session: SessionView;
      /** `doubted`: a call was refused, and the service is asked why. `ended`: the page waits for its user. */
      readonly state: 'good' | 'doubted' | 'ended';
      /** That it is somebody else than before. */
      readonly news?: string;
    };

export interface StandingActions {
  readonly standing: Standing;
  /** Somebody has logged in here. */
  readonly begin: (answer: SessionAnswer) => void;
  /** Somebody has logged out here. */
  readonly end: () => void;
}

/** Tabs tell each other by it that the cookie is another one. */
const CHANNEL = 'scim-salesforce session';

export function useStanding(): StandingActions {
  const [standing, setStanding] = useState<Standing>({ kind: 'unknown' });
  const tellOthers = useRef<() => void>(() => undefined);
  useEffect(() => {
    const ask = (): void => {
      calls.readSession().then(
        (answer) => setStanding((before) => afterAnswer(before, answer)),
        (error: unknown) => setStanding((before) => afterFailure(before, toFailure(error))),
      );
    };
    onSessionEnded(() => {
      setStanding(doubt);
      ask();
    });
    const channel = new BroadcastChannel(CHANNEL);
    channel.addEventListener('message', ask);
    tellOthers.current = () => channel.postMessage('changed');
    ask();
    return () => channel.close();
  }, []);
  const begin = useCallback((answer: SessionAnswer): void => {
    setStanding((before) => afterAnswer(before, answer));
    tellOthers.current();
  }, []);
  const end = useCallback((): void => {
    setStanding({ kind: 'nobody' });
    tellOthers.current();
  }, []);
  return { standing, begin, end };
}

const doubt = (before: Standing): Standing =>
  before.kind === 'somebody' && before.state === 'good' ? { ...before, state: 'doubted' } : before;

function afterAnswer(before: Standing, { session }: SessionAnswer): Standing {
  if (!session) return before.kind === 'somebody' ? { ...before, state: 'ended' } : { kind: 'nobody' };
  const news = before.kind === 'somebody' ? tellChange(before.session.name, session.name) : undefined;
  return { kind: 'somebody', session, state: 'good', ...(news !== undefined && { news }) };
}

const tellChange = (before: string, now: string): string | undefined =>
  before === now ? undefined : `${now} is logged in now, no longer ${before}.`;

/** The log-in says by itself when the service cannot be reached. */
function afterFailure(before: Standing, failure: RequestFailed): Standing {
  if (before.kind === 'unknown') return { kind: 'unknown', failure };
  return before.kind === 'somebody' && before.state === 'doubted' ? { ...before, state: 'ended' } : before;
}
