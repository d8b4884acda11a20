/** `npm run sandbox:python`: simple-salesforce lives a client's life against a fresh stand-in (docs/sandbox.md). */
import { parseArgs } from 'node:util';
import { fileURLToPath } from 'node:url';
import { startProcess } from '../../../bench/processes.mjs';
import { PROGRAM } from '../../../bench/servers.mjs';
import { summarise, tell } from '../../conformance/report.mjs';
import { judge } from '../../conformance/verdict.mjs';
import { pythonOf, readChecks } from '../../support/python-environment.mjs';

const SUITE = 'simple-salesforce';
const MINIMUM_CHECKS = 36;

const path = (name) => fileURLToPath(new URL(name, import.meta.url));
const runPython = pythonOf('sandbox-clients', path('requirements.txt'));

const startStandIn = () =>
  startProcess([PROGRAM, 'sandbox'], /stand-in: (http\S+)/, { SANDBOX_PORT: '0' }, { pin: false });

async function runChecks() {
  const standIn = await startStandIn();
  try {
    return readChecks(await runPython('python', [path('simple_salesforce_check.py'), standIn.url]));
  } catch (error) {
    return [{ name: 'runs to its end', passed: false, detail: error.message }];
  } finally {
    await standIn.stop();
  }
}

const { outputFile } = parseArgs({ options: { outputFile: { type: 'string' } } }).values;
const verdict = judge(await runChecks(), [], MINIMUM_CHECKS);
const isGood = summarise('clients', [tell({ engine: 'sandbox', suite: SUITE, ...verdict })], outputFile);
process.exit(isGood ? 0 : 1);
