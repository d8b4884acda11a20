/** Who is told that lanes may be due: the listeners of this process at once, the other processes by the database's signals. */
import type { Driver } from './transaction.ts';

export interface DueSignal {
  announce(connector: string): void;
  /** @returns how to stop listening */
  listen(listener: (connector: string) => void): () => void;
}

/** @param connectors all of them, for signals that may have been missed */
export function dueSignal({ signals }: Driver, connectors: ReadonlySet<string>): DueSignal {
  const listeners = new Set<(connector: string) => void>();
  let isListening = false;
  const tell = (connector: string): void => listeners.forEach((listener) => listener(connector));
  return {
    announce: (connector) => {
      tell(connector);
      signals?.send(connector);
    },
    listen: (listener) => {
      listeners.add(listener);
      // A process that only looks at the database or changes it needs no connection for that.
      if (!isListening) signals?.listen((topic) => (topic === undefined ? connectors.forEach(tell) : tell(topic)));
      isListening = true;
      return () => {
        listeners.delete(listener);
      };
    },
  };
}
