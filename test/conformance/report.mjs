/** What a run tells: on the way, at its end, and to other programs. */
import { writeFileSync } from 'node:fs';

/** Prints what did not pass. */
export function tell(result) {
  for (const { name, detail } of result.failed) console.log(`  FAILED    ${name}\n            ${detail}`);
  for (const { name, reason } of result.excepted) console.log(`  excepted  ${name}\n            ${reason}`);
  return result;
}

const countsOf = ({ passed, excepted, failed }) => ({
  checks: passed.length + excepted.length + failed.length,
  passed: passed.length,
  excepted: excepted.length,
  failed: failed.length,
});

const sumOf = (results, key) => results.reduce((sum, result) => sum + countsOf(result)[key], 0);

/**
 * Prints the counts of each suite and of all.
 *
 * @param label of the last line
 * @param outputFile for the counts as JSON, if any
 * @returns whether nothing failed
 */
export function summarise(label, results, outputFile) {
  console.table(results.map((result) => ({ engine: result.engine, suite: result.suite, ...countsOf(result) })));
  const [checks, passed, excepted, failed] = ['checks', 'passed', 'excepted', 'failed'].map((key) =>
    sumOf(results, key),
  );
  // The names that jest gives these counts in its own reports.
  if (outputFile)
    writeFileSync(outputFile, JSON.stringify({ numPassedTests: passed, numFailedTests: failed, numPendingTests: 0 }));
  console.log(`${label}: ${checks} checks, ${passed} passed, ${excepted} excepted, ${failed} failed`);
  return failed === 0;
}
