/** Long commands end in order: Ctrl-C lets the page under way end, and then what was found is told. */

export interface Stoppable {
  readonly stopping: AbortSignal;
  /** Signals have their usual effect again. */
  done(): void;
}

export function stoppable(): Stoppable {
  const controller = new AbortController();
  const stop = (): void => controller.abort();
  // Asked twice, the process ends as it always would.
  process.once('SIGINT', stop).once('SIGTERM', stop);
  return {
    stopping: controller.signal,
    done: () => process.off('SIGINT', stop).off('SIGTERM', stop),
  };
}
