/** Small charts in SVG; the same numbers are in a table, for who cannot see them or wants them exactly. */
import type { ComponentChildren } from 'preact';
import type { Tone } from './state.tsx';

export interface Series<Point> {
  readonly name: string;
  readonly tone: Tone;
  /** Absent or null: there is nothing to draw. */
  readonly valueOf: (point: Point) => number | null | undefined;
}

interface Props<Point> {
  /** What the chart says, in a sentence. */
  readonly title: string;
  readonly points: readonly Point[];
  readonly labelOf: (point: Point) => string;
  readonly series: readonly Series<Point>[];
  readonly format: (value: number) => string;
}

/** Units of the drawing; it is as wide as its place. */
const WIDTH = 600;
const HEIGHT = 120;

/** Bars of a point stand on each other. */
export function BarChart<Point>(props: Props<Point>) {
  const { points, series } = props;
  const top = topOf(points.map((point) => series.reduce((sum, { valueOf }) => sum + (valueOf(point) ?? 0), 0)));
  const step = WIDTH / Math.max(points.length, 1);
  return (
    <Frame {...props} top={top}>
      {points.map((point, at) => {
        let y = HEIGHT;
        return series.map(({ name, tone, valueOf }) => {
          const height = ((valueOf(point) ?? 0) / top) * HEIGHT;
          y -= height;
          return height > 0 ? (
            <rect key={`${at} ${name}`} class={tone} x={at * step + 1} y={y} width={step - 2} height={height} />
          ) : null;
        });
      })}
    </Frame>
  );
}

/** Where a series has no value its line is interrupted; a value alone is a dot. */
export function LineChart<Point>(props: Props<Point>) {
  const { points, series } = props;
  const top = topOf(points.flatMap((point) => series.map(({ valueOf }) => valueOf(point) ?? 0)));
  const step = WIDTH / Math.max(points.length, 1);
  const place = (value: number, at: number): string =>
    `${((at + 0.5) * step).toFixed(1)},${(HEIGHT - (value / top) * HEIGHT).toFixed(1)}`;
  return (
    <Frame {...props} top={top}>
      {series.map(({ name, tone, valueOf }) =>
        runsOf(points.map(valueOf)).map((run) => (
          // A line of no length is drawn as a dot, for its ends are round.
          <polyline
            key={`${name} ${run[0]?.at ?? ''}`}
            class={run.length === 1 ? `${tone} dot` : tone}
            points={(run.length === 1 ? [...run, ...run] : run).map(({ value, at }) => place(value, at)).join(' ')}
          />
        )),
      )}
    </Frame>
  );
}

interface Placed {
  readonly value: number;
  readonly at: number;
}

/** @returns values that follow each other without a gap, with their places */
function runsOf(values: readonly (number | null | undefined)[]): readonly (readonly Placed[])[] {
  const runs: Placed[][] = [];
  let open: Placed[] | undefined;
  for (const [at, value] of values.entries()) {
    if (value === null || value === undefined) open = undefined;
    else if (open) open.push({ value, at });
    else runs.push((open = [{ value, at }]));
  }
  return runs;
}

/** A round number that no value is above. */
function topOf(values: readonly number[]): number {
  const highest = Math.max(1, ...values);
  const power = 10 ** Math.floor(Math.log10(highest));
  return [1, 2, 5, 10].map((factor) => factor * power).find((top) => top >= highest) ?? highest;
}

interface FrameProps<Point> extends Props<Point> {
  readonly top: number;
  readonly children: ComponentChildren;
}

function Frame<Point>({ title, points, labelOf, series, format, top, children }: FrameProps<Point>) {
  const [first, last] = [points[0], points.at(-1)];
  return (
    <figure class="chart">
      <figcaption>
        {series.map(({ name, tone }) => (
          <span key={name} class={`key ${tone}`}>
            {name}
          </span>
        ))}
      </figcaption>
      <p class="quiet">{format(top)}</p>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label={title}>
        <line x1="0" x2={WIDTH} y1="0.5" y2="0.5" />
        <line x1="0" x2={WIDTH} y1={HEIGHT / 2} y2={HEIGHT / 2} />
        <line x1="0" x2={WIDTH} y1={HEIGHT - 0.5} y2={HEIGHT - 0.5} />
        {children}
      </svg>
      <p class="axis quiet">
        <span>{first && labelOf(first)}</span>
        <span>{last && labelOf(last)}</span>
      </p>
      <details>
        <summary>Numbers</summary>
        <Numbers title={title} points={points} labelOf={labelOf} series={series} format={format} />
      </details>
    </figure>
  );
}

/** Points in which nothing happened are left out. */
const Numbers = <Point,>({ title, points, labelOf, series, format }: Props<Point>) => {
  const rows = points.filter((point) => series.some(({ valueOf }) => (valueOf(point) ?? 0) > 0));
  return rows.length === 0 ? (
    <p class="quiet">Nothing in this time.</p>
  ) : (
    <table>
      <caption class="unseen">{title}</caption>
      <thead>
        <tr>
          <th scope="col">Minute</th>
          {series.map(({ name }) => (
            <th key={name} scope="col" class="number">
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((point) => (
          <tr key={labelOf(point)}>
            <td>{labelOf(point)}</td>
            {series.map(({ name, valueOf }) => (
              <td key={name} class="number">
                {showValue(valueOf(point), format)}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
};

const showValue = (value: number | null | undefined, format: (value: number) => string): string =>
  value === null || value === undefined ? '–' : format(value);
