/** The log: JSON lines of events, without secrets. */
import { pino, type Logger } from 'pino';

/** Paths that may carry a secret, whoever logs them. */
const REDACTED = ['authorization', 'password', 'token', 'secret', 'assertion', 'cookie'].flatMap((name) => [
  name,
  `*.${name}`,
  `*.*.${name}`,
]);

export function createLogger(level: string): Logger {
  return pino({
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: { paths: REDACTED, censor: '[redacted]' },
  });
}

export type { Logger };
