/** What a command refuses: messages of one line that say what to do, and the exit code that goes with each. */
import type { ProblemKind } from '../api/problem.ts';

/** The command was called in a way that means nothing. Exit code 2. */
export class UsageError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'UsageError';
  }
}

/** The command was understood and could not be done. Exit code 1. */
export class CommandFailed extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'CommandFailed';
  }
}

/** What the system says of a file that is not there. */
export const isMissing = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && 'code' in error && error.code === 'ENOENT';

/** The service, or what stands for it, refused. */
export class Refused extends CommandFailed {
  readonly kind: ProblemKind;

  constructor(kind: ProblemKind, message: string) {
    super(message);
    this.name = 'Refused';
    this.kind = kind;
  }
}
