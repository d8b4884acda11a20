/** What a scenario found wrong, what it counted, and the line that the table at the end prints of it. */
import { appendFileSync } from 'node:fs';
import { expect } from '@jest/globals';

export type Wrong = 'lost' | 'duplicated' | 'regressed' | 'stuck' | 'unexpected';

/** Enough to see a pattern; a run that goes wrong goes wrong a thousand times. */
const MAX_TOLD = 20;

export interface Line {
  readonly scenario: string;
  readonly kills: number;
  readonly acknowledged: number;
  readonly written: number;
  readonly wrong: Readonly<Record<Wrong, number>>;
  readonly seconds: number;
  readonly remark?: string;
}

export class Findings {
  readonly #scenario: string;
  readonly #startedAt = Date.now();
  readonly #counts: Record<Wrong, number> = { lost: 0, duplicated: 0, regressed: 0, stuck: 0, unexpected: 0 };
  readonly #told: string[] = [];
  kills = 0;
  /** Writes that were answered 2xx. */
  acknowledged = 0;
  /** Requests that were answered 503. */
  refused = 0;
  remark: string | undefined;

  constructor(scenario: string) {
    this.#scenario = scenario;
  }

  add(wrong: Wrong, text: string): void {
    this.#counts[wrong] += 1;
    const line = `${new Date().toISOString()} ${wrong}: ${text}`;
    if (this.#told.length < MAX_TOLD) this.#told.push(line);
    if (this.#told.length < MAX_TOLD) this.say(line);
  }

  say(text: string): void {
    const seconds = Math.round((Date.now() - this.#startedAt) / 1000);
    process.stderr.write(`  [${this.#scenario} ${seconds} s] ${text}\n`);
  }

  /** Keeps the scenario's line for the table. */
  report(written: number): void {
    const line: Line = {
      scenario: this.#scenario,
      kills: this.kills,
      acknowledged: this.acknowledged,
      written,
      wrong: this.#counts,
      seconds: (Date.now() - this.#startedAt) / 1000,
      ...(this.remark !== undefined && { remark: this.remark }),
    };
    const file = process.env['CRASH_REPORT'];
    if (file !== undefined) appendFileSync(file, `${JSON.stringify(line)}\n`);
  }

  expectNone(): void {
    expect({ ...this.#counts, told: this.#told }).toEqual({
      lost: 0,
      duplicated: 0,
      regressed: 0,
      stuck: 0,
      unexpected: 0,
      told: [],
    });
  }
}
