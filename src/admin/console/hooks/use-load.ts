/** What a page shows, read when it opens and again every few seconds while somebody looks. */
import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { RequestFailed } from '../client.ts';
import { useIsSessionGood } from './use-session.ts';

export interface Loaded<T> {
  readonly data?: T;
  /** Why the latest attempt failed; `data` is then what was read before. */
  readonly failure?: RequestFailed;
  /** Reads at once. */
  readonly reload: () => void;
}

interface State<T> {
  readonly key: string;
  readonly data?: T;
  readonly text?: string;
  readonly failure?: RequestFailed;
}

/** Milliseconds from one reading to the next; it may go by what was read, which is absent after a failure. */
export type Rhythm<T> = number | ((data?: T) => number);

/** After a failure the next attempt waits so much longer, up to five times. */
const BACK_OFF = 2;
const MAX_BACK_OFF = 5;

/**
 * @param key of what `load` reads: what was read for another is not shown
 * @param everyMs absent: it is read once; nothing is read in a hidden tab, nor after the session until it goes on
 */
export function useLoad<T>(load: () => Promise<T>, key: string, everyMs?: Rhythm<T>): Loaded<T> {
  const [state, setState] = useState<State<T>>({ key });
  const [round, setRound] = useState(0);
  const mayRead = useIsSessionGood();
  const latest = useRef(load);
  latest.current = load;
  const rhythm = useRef(everyMs);
  rhythm.current = everyMs;
  const isRepeated = everyMs !== undefined;
  useEffect(() => {
    if (!mayRead) return;
    const life = { isOver: false, failures: 0, timer: 0 };
    const again = (data?: T): void => {
      const { current } = rhythm;
      if (life.isOver || current === undefined) return;
      const pause = typeof current === 'number' ? current : current(data);
      life.timer = window.setTimeout(read, pause * Math.min(BACK_OFF ** life.failures, MAX_BACK_OFF));
    };
    const read = (): void => {
      // The tab tells when it is looked at again.
      if (document.hidden && isRepeated) return;
      latest.current().then(
        (data) => {
          if (life.isOver) return;
          life.failures = 0;
          setState((before) => unlessSame(before, key, data));
          again(data);
        },
        (error: unknown) => {
          if (life.isOver) return;
          life.failures += 1;
          setState((before) => ({ ...(before.key === key && before), key, failure: toFailure(error) }));
          again();
        },
      );
    };
    const onVisible = (): void => {
      window.clearTimeout(life.timer);
      if (!document.hidden) read();
    };
    read();
    if (isRepeated) document.addEventListener('visibilitychange', onVisible);
    return () => {
      life.isOver = true;
      window.clearTimeout(life.timer);
      document.removeEventListener('visibilitychange', onVisible);
    };
  }, [key, isRepeated, round, mayRead]);
  const reload = useCallback(() => setRound((before) => before + 1), []);
  if (state.key !== key) return { reload };
  const { data, failure } = state;
  return { ...(data !== undefined && { data }), ...(failure && { failure }), reload };
}

/** Nothing is drawn anew while the service says the same. */
function unlessSame<T>(before: State<T>, key: string, data: T): State<T> {
  const text = JSON.stringify(data);
  return before.key === key && before.text === text && !before.failure ? before : { key, data, text };
}

export const toFailure = (error: unknown): RequestFailed =>
  error instanceof RequestFailed ? error : new RequestFailed(0, String(error));
