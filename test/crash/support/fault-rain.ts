/** Salesforce having a bad day: a share of the calls goes wrong, each in another way, for as long as it rains. */
import type { Random } from './random.ts';

interface Fault {
  readonly match: { readonly method?: string; readonly path?: string };
  readonly times: number;
  readonly action: Readonly<Record<string, unknown>>;
}

const DATA = '/services/data';
const fault = (action: Fault['action'], match: Fault['match'] = { path: DATA }): Fault => ({ match, times: 1, action });

const FAULTS: readonly Fault[] = [
  fault({ status: 503, errorCode: 'SERVER_UNAVAILABLE' }),
  fault({ status: 503, body: '<html>Down for maintenance</html>' }),
  fault({ status: 429, body: [{ errorCode: 'HTTP_429', message: 'slow down' }], headers: { 'Retry-After': '1' } }),
  fault({ reset: 'before' }),
  fault({ reset: 'after' }, { method: 'PATCH' }),
  fault({ reset: 'after' }, { method: 'DELETE' }),
  fault({ reset: 'after' }),
  fault({ delayMs: 400 }),
  fault({ delayMs: 900, reset: 'after' }, { method: 'PATCH' }),
  fault({ status: 400, errorCode: 'UNABLE_TO_LOCK_ROW' }, { method: 'PATCH' }),
  fault({ status: 401, errorCode: 'INVALID_SESSION_ID' }),
];

export interface Weather {
  /** Added to every call, so that kills meet deliveries on their way. */
  readonly latencyMs: number;
  /** Share of the moments at which a fault waits for the next call. */
  readonly share: number;
  /** What may go wrong, each as often as it stands there; absent: everything. */
  readonly faults?: readonly Fault[];
}

export const BAD_DAY: Weather = { latencyMs: 5, share: 0.35 };
/** Creates are carried out and their answer is lost, more than anything else. */
export const LOST_CREATES: Weather = {
  ...BAD_DAY,
  faults: [...FAULTS, ...FAULTS.map(() => fault({ reset: 'after' }, { method: 'POST', path: DATA }))],
};
/** Share of the rows that something else holds locked. */
const LOCKED_ROWS = 0.03;

export class FaultRain {
  readonly #url: string;
  readonly #random: Random;
  readonly #weather: Weather;
  #timer: NodeJS.Timeout | undefined;

  constructor(url: string, random: Random, weather: Weather) {
    this.#url = url;
    this.#random = random;
    this.#weather = weather;
  }

  async start(): Promise<void> {
    await this.#send('PATCH', 'config', { rowLockRate: LOCKED_ROWS, latencyMs: this.#weather.latencyMs });
    this.#fall();
  }

  /** From here on Salesforce is well. */
  async stop(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    await this.#send('POST', 'faults', []);
    await this.#send('PATCH', 'config', { rowLockRate: 0, latencyMs: 0 });
  }

  #fall(): void {
    this.#timer = setTimeout(
      () => {
        const next = this.#random.chance(this.#weather.share)
          ? [this.#random.pick(this.#weather.faults ?? FAULTS)]
          : [];
        void this.#send('POST', 'faults', next).then(() => {
          if (this.#timer) this.#fall();
        });
      },
      this.#random.int(60, 300),
    );
  }

  async #send(method: string, path: string, body: unknown): Promise<void> {
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(`${this.#url}/sandbox/${path}`, { method, headers, body: JSON.stringify(body) });
    if (answer.status !== 200) throw new Error(`the stand-in refuses ${path}: ${await answer.text()}`);
  }
}
