/** How many calls the org has had: the 24-hour quota, logins per hour, and the bench's counters. */

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

/** API calls of the last 24 hours, to the minute. */
export class Quota {
  readonly #perMinute = new Map<number, number>();
  #used = 0;

  used(now: Date): number {
    const oldest = Math.floor((now.getTime() - DAY) / MINUTE);
    for (const [minute, calls] of this.#perMinute) {
      if (minute > oldest) break;
      this.#perMinute.delete(minute);
      this.#used -= calls;
    }
    return this.#used;
  }

  add(now: Date, calls = 1): void {
    const minute = Math.floor(now.getTime() / MINUTE);
    this.#perMinute.set(minute, (this.#perMinute.get(minute) ?? 0) + calls);
    this.#used += calls;
  }
}

/** Token requests of each user in a rolling window. */
export class LoginMeter {
  readonly #times = new Map<string, number[]>();

  /** Counts one more, unless the user already had `max`. */
  isAllowed(username: string, max: number, windowMs: number, now: Date): boolean {
    const times = this.#times.get(username) ?? [];
    while (times[0] !== undefined && times[0] <= now.getTime() - windowMs) times.shift();
    if (times.length >= max) return false;
    times.push(now.getTime());
    this.#times.set(username, times);
    return true;
  }
}

export interface CallReport {
  /** Requests to Salesforce's own addresses, answered or not. */
  readonly total: number;
  readonly token: number;
  /** Requests below /services/data that count as API calls. */
  readonly api: number;
  readonly byRoute: Readonly<Record<string, number>>;
  /** Token requests that were answered, and that were refused by the org itself. */
  readonly logins: { readonly granted: number; readonly refused: number };
  readonly rows: { readonly created: number; readonly updated: number; readonly deleted: number };
}

/** What arrived since the last reset; a request that a fault swallowed counts too. */
export class CallCounters {
  total = 0;
  token = 0;
  api = 0;
  readonly logins = { granted: 0, refused: 0 };
  readonly rows = { created: 0, updated: 0, deleted: 0 };
  readonly #byRoute = new Map<string, number>();

  count(route: string, kind: 'token' | 'api' | 'other'): void {
    this.total += 1;
    if (kind === 'token') this.token += 1;
    if (kind === 'api') this.api += 1;
    this.#byRoute.set(route, (this.#byRoute.get(route) ?? 0) + 1);
  }

  report(): CallReport {
    const { total, token, api, logins, rows } = this;
    const byRoute = Object.fromEntries(this.#byRoute);
    return { total, token, api, byRoute, logins: { ...logins }, rows: { ...rows } };
  }
}
