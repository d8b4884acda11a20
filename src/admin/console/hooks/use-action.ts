/** An action that somebody asks for: one at a time, its outcome told. */
import { useRef, useState } from 'preact/hooks';
import { toFailure } from './use-load.ts';
import { useNotify } from './use-notices.ts';

export interface Action {
  readonly isBusy: boolean;
  /** @param act returns what is to be said when it is done */
  readonly run: (act: () => Promise<string>, tone?: 'done' | 'heard') => void;
}

export function useAction(): Action {
  const notify = useNotify();
  const [isBusy, setBusy] = useState(false);
  // State is only there with the next drawing: a second click may come before it.
  const running = useRef(false);
  const run: Action['run'] = (act, tone = 'done') => {
    if (running.current) return;
    running.current = true;
    setBusy(true);
    void act()
      .then(
        (text) => notify({ text, tone }),
        (error: unknown) => notify({ text: toFailure(error).message, tone: 'failed' }),
      )
      .finally(() => {
        running.current = false;
        setBusy(false);
      });
  };
  return { isBusy, run };
}
