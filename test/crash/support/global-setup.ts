/** The crash suite's global set-up: a program of its own that no other build can change meanwhile, a PostgreSQL, a seed. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startPostgres } from '../../support/postgres.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

export default async function setUp(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'scim-crash-'));
  process.env['CRASH_FOLDER'] = folder;
  process.env['CRASH_REPORT'] = join(folder, 'report.jsonl');
  process.env['CRASH_SEED'] ??= String(Math.floor(Math.random() * 2 ** 31));
  try {
    process.env['TEST_PROGRAM'] = build(folder);
  } catch (error) {
    // After a set-up that failed nobody tears down.
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
  writeFileSync(process.env['CRASH_REPORT'], '');
  globalThis.testPostgres = await startPostgres();
  process.env['TEST_POSTGRES_URL'] = globalThis.testPostgres.url;
  process.stderr.write(
    `crash suite: CRASH_KILLS=${process.env['CRASH_KILLS'] ?? '200'} CRASH_SEED=${process.env['CRASH_SEED']}\n`,
  );
}

/** @returns the program's main file, beside links to what it reads */
function build(folder: string): string {
  const compiler = [
    'node_modules/typescript-7/bin/tsc',
    '-p',
    '.ci/tsconfig.build.json',
    '--outDir',
    join(folder, 'dist'),
  ];
  execFileSync(process.execPath, compiler, { cwd: ROOT, stdio: 'inherit' });
  for (const name of ['node_modules', 'schemas', 'package.json']) symlinkSync(join(ROOT, name), join(folder, name));
  return join(folder, 'dist', 'main.js');
}
