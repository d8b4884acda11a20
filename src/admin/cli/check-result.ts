/** What one check came to, and how it is printed. */

export type CheckStatus = 'ok' | 'warning' | 'failed' | 'skipped';

export interface CheckResult {
  /** What was checked, e.g. `database`. */
  readonly name: string;
  readonly status: CheckStatus;
  /** What was found and, unless it is ok, what to do. */
  readonly message: string;
}

export type Say = (message: string) => CheckResult;

/** The four results of the check `name`. */
export const results = (name: string): Readonly<Record<CheckStatus, Say>> => ({
  ok: (message) => ({ name, status: 'ok', message }),
  warning: (message) => ({ name, status: 'warning', message }),
  failed: (message) => ({ name, status: 'failed', message }),
  skipped: (message) => ({ name, status: 'skipped', message }),
});

const NAME_WIDTH = 19;
const STATUS_WIDTH = 7;

/** One line, whatever line breaks the message has. */
export const printResult = ({ name, status, message }: CheckResult): string =>
  `${status.padEnd(STATUS_WIDTH)}  ${name.padEnd(NAME_WIDTH)}  ${oneLine(message)}\n`;

export const oneLine = (text: string): string => text.replace(/\s*\n\s*(- )?/g, '; ').replaceAll(':;', ':');
