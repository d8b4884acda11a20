/** Prometheus text as samples, and what a page needs to be made. */
import type { BacklogSource } from '../../../src/metrics/backlog.ts';

export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** @throws when a line is no sample of the text format 0.0.4 */
export function parsePage(text: string): readonly Sample[] {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return lines.map((line) => {
    const [, name, labels = '', value] = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
    if (name === undefined || value === undefined) throw new Error(`no sample: ${line}`);
    const pairs = [...labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, label = '', given = '']) => [
      label,
      given,
    ]);
    return { name, labels: Object.fromEntries(pairs) as Record<string, string>, value: Number(value) };
  });
}

/** A service that has nothing to do. */
export const IDLE_SOURCE: BacklogSource = {
  connector: 'salesforce',
  now: () => 0,
  store: {
    countLanes: async () => ({ idle: 0, due: 0, parked: 0, held: 0 }),
    nextDueAt: async () => undefined,
    readConnector: async () => ({}),
  },
};
