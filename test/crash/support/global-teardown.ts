/** The crash suite's global tear-down: stops the PostgreSQL and prints the one table. */
import { readFileSync, rmSync } from 'node:fs';
import type { Line } from './findings.ts';
import { renderTable } from './table.ts';

export default async function tearDown(): Promise<void> {
  await globalThis.testPostgres?.stop();
  const { CRASH_FOLDER: folder, CRASH_REPORT: report, CRASH_SEED: seed = '' } = process.env;
  if (folder === undefined || report === undefined) return;
  const lines = readFileSync(report, 'utf8').split('\n').filter(Boolean);
  // Written by `Findings.report` only.
  const table = renderTable(lines.map((line) => JSON.parse(line) as Line));
  process.stderr.write(`\n${table}\n\nCRASH_SEED=${seed}\n`);
  rmSync(folder, { recursive: true, force: true });
}
