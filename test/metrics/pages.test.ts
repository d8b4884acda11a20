/** What docs/ says of the metrics, held against the registry: the table, the dashboard, the alert rules. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { parser } from '@prometheus-io/lezer-promql';
import { Registry } from 'prom-client';
import { parse } from 'yaml';
import { createInstruments } from '../../src/metrics/instruments.ts';
import { createMetrics } from '../../src/metrics/metrics.ts';
import { IDLE_SOURCE } from './support/page.ts';

const read = (path: string): string => readFileSync(new URL(`../../docs/${path}`, import.meta.url), 'utf8');

interface Described {
  readonly name: string;
  readonly type: string;
  readonly labels: readonly string[];
}

const instruments = Object.values(createInstruments(new Registry()));

/** prom-client keeps the names of labels on the metric itself, and does not declare it. */
const described = instruments
  .map((metric) => metric as unknown as { name: string; labelNames: readonly string[]; constructor: { name: string } })
  .map(({ name, labelNames, constructor }) => ({
    name,
    type: constructor.name.toLowerCase(),
    labels: [...labelNames],
  }));

type Series = readonly [name: string, labels: readonly string[] | undefined];

const seriesOf = ({ name, type, labels }: Described): readonly Series[] =>
  type === 'histogram'
    ? [
        [`${name}_bucket`, [...labels, 'le']],
        [`${name}_sum`, labels],
        [`${name}_count`, labels],
      ]
    : [[name, labels]];

/** Every name that a query may use, with the labels that are ours. */
async function queryable(): Promise<ReadonlyMap<string, readonly string[] | undefined>> {
  const { text } = await createMetrics().page(IDLE_SOURCE);
  const usual = [...text.matchAll(/^# TYPE ((?:process|nodejs)_\w+)/gm)].map(
    ([, name = '']) => [name, undefined] as const,
  );
  const ours = described.flatMap(seriesOf);
  return new Map<string, readonly string[] | undefined>([...usual, ...ours, ['up', undefined]]);
}

/** What Prometheus adds to every series. */
const TARGET = ['job', 'instance'];

interface Query {
  readonly metrics: readonly string[];
  readonly labels: readonly string[];
}

/** @throws when the text is no PromQL */
function readQuery(text: string): Query {
  // Grafana puts its variables in before Prometheus sees them.
  const promql = text.replaceAll('$__rate_interval', '5m').replaceAll('$job', 'x');
  const found = { metrics: new Set<string>(), labels: new Set<string>() };
  parser.parse(promql).iterate({
    enter: ({ name, from, to, type }) => {
      if (type.isError) throw new Error(`no PromQL at ${from}: ${promql}`);
      if (name === 'VectorSelector') found.metrics.add(/^\w+/.exec(promql.slice(from, to))?.[0] ?? '');
      if (name === 'LabelName') found.labels.add(promql.slice(from, to));
    },
  });
  return { metrics: [...found.metrics], labels: [...found.labels] };
}

interface Panel {
  readonly title: string;
  readonly type: string;
  readonly targets?: readonly { readonly expr: string; readonly legendFormat: string }[];
}

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly for?: string;
  readonly labels: { readonly severity: string };
  readonly annotations: { readonly summary: string };
}

const { panels } = JSON.parse(read('metrics/grafana-dashboard.json')) as { panels: readonly Panel[] };
const { groups } = parse(read('metrics/alerts.yml')) as { groups: readonly { readonly rules: readonly Rule[] }[] };
const rules = groups.flatMap((group) => group.rules);
const charts = panels.filter(({ type }) => type !== 'row');
const queries = [
  ...charts.flatMap(({ title, targets = [] }) => targets.map(({ expr }) => [`panel ${title}`, expr] as const)),
  ...rules.map(({ alert, expr }) => [`alert ${alert}`, expr] as const),
];

describe('docs/metrics.md', () => {
  const rows = read('metrics.md')
    .split('\n')
    .map((line) => line.split('|').map((cell) => cell.trim()))
    .filter(([, name]) => /^`(scim|salesforce)_/.test(name ?? ''))
    .map(([, name = '', type = '', labels = '']): Described => {
      return { name: name.replaceAll('`', ''), type, labels: labels === '' ? [] : labels.split(', ') };
    });
  const byName = (a: Described, b: Described): number => a.name.localeCompare(b.name);

  it('lists each metric with its type and labels, and no other', () => {
    expect([...rows].sort(byName)).toEqual([...described].sort(byName));
  });

  it('lists each alert, and no other', () => {
    const alerts = [...read('metrics.md').matchAll(/^\| `([A-Z]\w+)`/gm)].map(([, name]) => name);
    expect(alerts).toEqual(rules.map(({ alert }) => alert));
  });
});

describe('the dashboard and the alert rules', () => {
  it.each(queries)('%s is PromQL over metrics and labels that exist', async (_where, text) => {
    const known = await queryable();
    const { metrics, labels } = readQuery(text);
    expect(metrics.filter((name) => !known.has(name))).toEqual([]);
    const allowed = new Set([...TARGET, ...metrics.flatMap((name) => known.get(name) ?? [])]);
    expect(labels.filter((label) => !allowed.has(label))).toEqual([]);
    expect(metrics.length).toBeGreaterThan(0);
  });

  it('show every metric of ours somewhere', () => {
    const used = new Set(queries.flatMap(([, text]) => readQuery(text).metrics));
    const shown = (name: string) =>
      [name, `${name}_bucket`, `${name}_count`, `${name}_sum`].some((one) => used.has(one));
    expect(described.map(({ name }) => name).filter((name) => !shown(name))).toEqual([]);
  });

  it('have a chart in every panel, each with a name of its own', () => {
    expect(charts.length).toBeGreaterThan(15);
    expect(charts.filter(({ targets = [] }) => targets.length === 0)).toEqual([]);
  });

  it('have alerts that say how severe they are, after how long, and in one sentence what is wrong', () => {
    for (const rule of rules) {
      expect(['critical', 'warning']).toContain(rule.labels.severity);
      expect(rule.for ?? '0m').toMatch(/^\d+m$/);
      expect(rule.annotations.summary).toMatch(/\.$/);
    }
  });

  it('are refused by this test when they are no PromQL', () => {
    expect(() => readQuery('sum(rate(scim_lanes[5m])')).toThrow('no PromQL');
  });
});
