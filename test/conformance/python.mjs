/** How the suites that are Python run: in an environment of their own, made once from requirements.txt. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { fileURLToPath } from 'node:url';

const run = promisify(execFile);
const path = (name) => fileURLToPath(new URL(name, import.meta.url));
const REQUIREMENTS = path('requirements.txt');
const CACHE = path('../../node_modules/.cache/conformance');
const MINUTE = 60_000;

/** @returns the folder of its programs; another one whenever requirements.txt changes */
export async function pythonEnvironment() {
  const hash = createHash('sha256').update(readFileSync(REQUIREMENTS)).digest('hex');
  const folder = join(CACHE, hash.slice(0, 12));
  if (!existsSync(join(folder, 'complete'))) await makeEnvironment(folder);
  return join(folder, 'bin');
}

/** Ends with a file that says so: what was interrupted is made anew. */
async function makeEnvironment(folder) {
  console.log('installing the Python suites');
  rmSync(CACHE, { recursive: true, force: true });
  mkdirSync(CACHE, { recursive: true });
  await run('python3', ['-m', 'venv', folder]);
  const pip = join(folder, 'bin/pip');
  await run(pip, ['install', '--quiet', '--disable-pip-version-check', '--no-deps', '--requirement', REQUIREMENTS]);
  await run(pip, ['check']);
  writeFileSync(join(folder, 'complete'), '');
}

/** @returns what it printed, whatever its exit code: failures are read from what it reports */
export async function runPython(program, args) {
  const env = { ...process.env, PYTHONDONTWRITEBYTECODE: '1' };
  const options = { timeout: 5 * MINUTE, maxBuffer: 64 * 1024 * 1024, env };
  const { stdout, stderr } = await run(join(await pythonEnvironment(), program), args, options).catch((error) => error);
  if (!stdout) throw new Error(`${program} ${args[0]} reported nothing: ${stderr}`);
  return stdout;
}

/** @returns the checks that a script of this folder reports, one JSON line each */
export async function runScript(name, { url, token }) {
  const lines = await runPython('python', [path(name), url, token]);
  return lines
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
}
