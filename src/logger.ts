/** The log: JSON lines of events, without secrets and personal data, and few of them while the database is away. */
import { pino, type DestinationStream, type Logger } from 'pino';
import { systemClock } from './clock.ts';
import { redactEvent } from './redact.ts';
import { StatementTimeout, StorageUnavailable } from './storage/errors.ts';

/** Every request and every look of the worker fails for the same reason: one line of a level says it. */
const OUTAGE_LINE_EVERY_MS = 60_000;

/** @param destination default: standard output */
export function createLogger(
  level: string,
  destination?: DestinationStream,
  now: () => number = () => systemClock.now(),
): Logger {
  const outage = outageLines(now);
  const options: pino.LoggerOptions = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { log: redactEvent },
    // pino's own would take what is redacted for an error again.
    serializers: { err: (redacted: unknown) => redacted },
    hooks: {
      logMethod(args, method, levelNumber) {
        const [event] = args as [unknown];
        const told = isOutage(event) ? outage(levelNumber) : {};
        if (told) method.apply(this, withMembers(args, told));
      },
    },
  };
  return destination ? pino(options, destination) : pino(options);
}

type LogArguments = Parameters<pino.LogFn>;

function withMembers(args: LogArguments, members: object): LogArguments {
  if (Object.keys(members).length === 0) return args;
  const [event, ...rest] = args as unknown as [object, ...unknown[]];
  return [{ ...event, ...members }, ...rest] as unknown as LogArguments;
}

/** A statement that took too long is about that statement. */
function isOutage(event: unknown): boolean {
  if (typeof event !== 'object' || event === null || !('err' in event)) return false;
  return event.err instanceof StorageUnavailable && !(event.err instanceof StatementTimeout);
}

/** @returns asks for a line of a level: undefined when there was one lately, else what is to be told besides */
function outageLines(now: () => number): (level: number) => { readonly suppressed?: number } | undefined {
  const levels = new Map<number, { at: number; suppressed: number }>();
  return (level) => {
    const last = levels.get(level);
    if (last && Math.abs(now() - last.at) < OUTAGE_LINE_EVERY_MS) {
      last.suppressed += 1;
      return undefined;
    }
    levels.set(level, { at: now(), suppressed: 0 });
    return last && last.suppressed > 0 ? { suppressed: last.suppressed } : {};
  };
}

export type { Logger };
