/** jest's global set-up: builds the program once, for the tests that run it as a process. */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export default function build(): void {
  const root = fileURLToPath(new URL('../../', import.meta.url));
  execFileSync(process.execPath, ['node_modules/typescript/bin/tsc', '-p', '.ci/tsconfig.build.json'], {
    cwd: root,
    stdio: 'inherit',
  });
}
