/** jest's global set-up: builds the program for the tests that run it as a process, and starts a PostgreSQL. */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { startPostgres, type TestPostgres } from './postgres.ts';

declare global {
  var testPostgres: TestPostgres | undefined;
}

export default async function setUp(): Promise<void> {
  const root = fileURLToPath(new URL('../../', import.meta.url));
  const steps = [['node_modules/typescript-7/bin/tsc', '-p', '.ci/tsconfig.build.json'], ['.ci/build-console.js']];
  for (const step of steps) execFileSync(process.execPath, step, { cwd: root, stdio: 'inherit' });
  globalThis.testPostgres = await startPostgres();
  process.env['TEST_POSTGRES_URL'] = globalThis.testPostgres.url;
}
