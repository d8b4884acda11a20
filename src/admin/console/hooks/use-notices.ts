/** What is said after an action, to eyes and to screen readers alike. */
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';

export interface Notice {
  readonly text: string;
  /** `heard`: what was done is seen where it was done, and said to who cannot see it. */
  readonly tone: 'done' | 'heard' | 'failed';
}

export type Notify = (notice: Notice) => void;

export const NotifyContext = createContext<Notify>(() => undefined);
export const useNotify = (): Notify => useContext(NotifyContext);
