/** The one table that a run of the crash suite ends with. */
import type { Line, Wrong } from './findings.ts';

const WRONGS: readonly Wrong[] = ['lost', 'duplicated', 'regressed', 'stuck', 'unexpected'];
const HEAD = ['scenario', 'kills', 'acknowledged', 'written', ...WRONGS, 'seconds'];

export function renderTable(lines: readonly Line[]): string {
  const rows = [HEAD, ...lines.map(cells), cells(total(lines))];
  const widths = HEAD.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const [head = '', ...body] = rows.map(
    (row) => `| ${row.map((cell, at) => pad(cell, widths[at] ?? 0, at)).join(' | ')} |`,
  );
  const rule = `| ${widths.map((width, at) => (at === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`)).join(' | ')} |`;
  const remarks = lines.flatMap(({ scenario, remark }) => (remark === undefined ? [] : [`${scenario}: ${remark}`]));
  return [head, rule, ...body, ...(remarks.length > 0 ? ['', ...remarks] : [])].join('\n');
}

const pad = (cell: string, width: number, at: number): string => (at === 0 ? cell.padEnd(width) : cell.padStart(width));

const cells = ({ scenario, kills, acknowledged, written, wrong, seconds }: Line): string[] => [
  scenario,
  ...[kills, acknowledged, written, ...WRONGS.map((name) => wrong[name])].map((count) => count.toLocaleString('en-US')),
  seconds.toFixed(0),
];

function total(lines: readonly Line[]): Line {
  const sum = (pick: (line: Line) => number): number => lines.reduce((all, line) => all + pick(line), 0);
  const wrong = Object.fromEntries(WRONGS.map((name) => [name, sum((line) => line.wrong[name])])) as Line['wrong'];
  return {
    scenario: 'total',
    kills: sum((line) => line.kills),
    acknowledged: sum((line) => line.acknowledged),
    written: sum((line) => line.written),
    wrong,
    seconds: sum((line) => line.seconds),
  };
}
