/** What one check came to. */

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
