/** How the suites that are Python run. */
import { fileURLToPath } from 'node:url';
import { pythonOf, readChecks } from '../support/python-environment.mjs';

const path = (name) => fileURLToPath(new URL(name, import.meta.url));

/** @returns what a program printed: failures are read from what it reports */
export const runPython = pythonOf('conformance', path('requirements.txt'));

/** @returns the checks that a script of this folder reports, one JSON line each */
export const runScript = async (name, { url, token }) =>
  readChecks(await runPython('python', [path(name), url, token]));
