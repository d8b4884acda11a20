/** What newman, which runs Postman's collections, makes of one: each assertion is a check. */
import newman from 'newman';

/**
 * Requests come one after the other and build on each other, as a client's do.
 *
 * @param collection as Postman exports it, version 2.1
 * @returns checks named `request: assertion`; a request that was not answered is a failed one
 */
export function runCollection(collection, variables) {
  const envVar = Object.entries(variables).map(([key, value]) => ({ key, value }));
  return new Promise((resolve, reject) => {
    newman.run({ collection, envVar, timeoutRequest: 30_000 }, (error, summary) => {
      if (error) reject(error);
      else resolve(summary.run.executions.flatMap(checksOf));
    });
  });
}

function checksOf({ item, requestError, assertions = [] }) {
  if (requestError) return [{ name: `${item.name}: is answered`, passed: false, detail: requestError.message }];
  return assertions.map(({ assertion, error }) => ({
    name: `${item.name}: ${assertion}`,
    passed: !error,
    detail: error?.message ?? '',
  }));
}
