/** How programs in Python run: in an environment of their own, made once from a list of packages. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { fileURLToPath } from 'node:url';

const run = promisify(execFile);
const CACHE = fileURLToPath(new URL('../../node_modules/.cache', import.meta.url));
const MINUTE = 60_000;

/**
 * @param name of its folder below node_modules/.cache
 * @param requirements the file that lists its packages, exactly and all of them
 * @returns the folder of its programs; another one whenever the list changes
 */
async function openEnvironment(name, requirements) {
  const hash = createHash('sha256').update(readFileSync(requirements)).digest('hex');
  const cache = join(CACHE, name);
  const folder = join(cache, hash.slice(0, 12));
  if (!existsSync(join(folder, 'complete'))) await makeEnvironment(cache, folder, requirements);
  return join(folder, 'bin');
}

/** Ends with a file that says so: what was interrupted is made anew. */
async function makeEnvironment(cache, folder, requirements) {
  console.log('installing the Python packages');
  rmSync(cache, { recursive: true, force: true });
  mkdirSync(cache, { recursive: true });
  await run('python3', ['-m', 'venv', folder]);
  const pip = join(folder, 'bin/pip');
  await run(pip, ['install', '--quiet', '--disable-pip-version-check', '--no-deps', '--requirement', requirements]);
  await run(pip, ['check']);
  writeFileSync(join(folder, 'complete'), '');
}

/** @returns a function that runs a program of the environment and answers what it printed, whatever its exit code */
export const pythonOf = (name, requirements) => async (program, args) => {
  const env = { ...process.env, PYTHONDONTWRITEBYTECODE: '1' };
  const options = { timeout: 5 * MINUTE, maxBuffer: 64 * 1024 * 1024, env };
  const folder = await openEnvironment(name, requirements);
  const { stdout, stderr } = await run(join(folder, program), args, options).catch((error) => error);
  if (!stdout) throw new Error(`${program} ${args[0]} reported nothing: ${stderr}`);
  return stdout;
};

/** The checks that a script reports, one JSON line each. */
export const readChecks = (lines) =>
  lines
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
