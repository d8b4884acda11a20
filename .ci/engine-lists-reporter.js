/**
 * Fails a whole run of jest in which the suites that run on every database engine did not run the same tests on each, one for one.
 * A run of some files or some titles says nothing about it and is left alone.
 */
const ENGINES = ['SQLite', 'PostgreSQL'];
/** Fewer would mean that the names above are no longer those in the titles. */
const LEAST_TESTS = 1000;

export default class EngineLists {
  #config;
  #fault;

  constructor(globalConfig) {
    this.#config = globalConfig;
  }

  onRunComplete(_contexts, { testResults }) {
    const { nonFlagArgs, runTestsByPath, onlyChanged, testNamePattern, shard } = this.#config;
    const isPart = nonFlagArgs.length > 0 || runTestsByPath || onlyChanged || testNamePattern || shard;
    // A suite that could not be loaded lists nothing, and has failed the run already.
    if (isPart || testResults.some(({ testExecError }) => testExecError)) return;
    this.#fault = compareLists(testResults);
    if (this.#fault !== undefined) console.error(this.#fault);
  }

  getLastError() {
    return this.#fault === undefined ? undefined : new Error(this.#fault);
  }
}

/** @returns what differs, in words; undefined when nothing does */
export function compareLists(testResults) {
  const lists = new Map(ENGINES.map((engine) => [engine, new Map()]));
  for (const { testFilePath, testResults: tests } of testResults) {
    const known = tests.flatMap(({ ancestorTitles, title }) => {
      const engine = ENGINES.find((name) => ancestorTitles.some((ancestor) => ancestor.includes(name)));
      return engine === undefined ? [] : [{ engine, titles: [...ancestorTitles, title] }];
    });
    // A suite about one engine alone has its reason in test/engine-parity.test.ts.
    if (!ENGINES.every((engine) => known.some((one) => one.engine === engine))) continue;
    for (const { engine, titles } of known)
      countIn(lists.get(engine), `${testFilePath}: ${withoutNames(titles, engine)}`);
  }
  const small = ENGINES.filter((engine) => lists.get(engine).size < LEAST_TESTS);
  if (small.length > 0)
    return `hardly any test names ${small.join(' or ')} in its describe: has the engine another name now?`;
  const [[first, one], ...others] = lists;
  const differences = others.flatMap(([name, other]) => [...onlyIn(one, other, first), ...onlyIn(other, one, name)]);
  return differences.length > 0 ? `not the same tests on each engine:\n${differences.join('\n')}` : undefined;
}

/** A test on one engine may be about the way from it to each. */
const withoutNames = (titles, engine) =>
  ENGINES.reduce((text, name) => text.replaceAll(name, name === engine ? '…' : 'another'), titles.join(' › '));

const countIn = (list, title) => list.set(title, (list.get(title) ?? 0) + 1);

const onlyIn = (list, other, name) =>
  [...list].filter(([title, count]) => (other.get(title) ?? 0) < count).map(([title]) => `  only on ${name}: ${title}`);
