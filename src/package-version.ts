/** Which version of this package runs: package.json lies beside `src` and `dist` alike. */
import { readFileSync } from 'node:fs';

export function readPackageVersion(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  // Ours.
  return (JSON.parse(text) as { version: string }).version;
}
