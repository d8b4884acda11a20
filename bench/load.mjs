/** How load is put on a server, and how rounds of two servers become one line of a table. */
import { createRequire } from 'node:module';

const autocannon = createRequire(import.meta.url)('autocannon');
export const ROUNDS = 3;
export const SECONDS = Number(process.env.BENCH_SECONDS ?? 3);
const WARM_UP_SECONDS = 1;
const AUTHORIZATION = `Basic ${Buffer.from('admin:admin').toString('base64')}`;
export const HEADERS = { 'content-type': 'application/scim+json', authorization: AUTHORIZATION };

/** @param request of autocannon; its `setupRequest` makes each one anew */
export async function load(url, connections, request) {
  const run = (duration) => autocannon({ url, connections, duration, requests: [{ headers: HEADERS, ...request }] });
  await run(WARM_UP_SECONDS);
  const result = await run(SECONDS);
  const wrong = result.non2xx + result.errors;
  if (wrong > 0) throw new Error(`${wrong} of ${result.requests.total} requests to ${url} failed`);
  return { rps: result.requests.total / result.duration, p99: result.latency.p99 };
}

export const rootOf = (url) => new URL(url).pathname.replace(/\/$/, '');

/** Rounds alternate between the two, so that a slow minute of the machine hits both. @param measure of one of them, once */
export async function alternate(limit, ours, measure) {
  const results = [[], []];
  for (let round = 0; round < ROUNDS; round += 1) {
    results[0].push(await measure(limit));
    results[1].push(await measure(ours));
  }
  return results;
}

export const toRow = (name, connections, [limit, ours]) => {
  const [bare, own] = [limit, ours].map((results) => median(results.map(({ rps }) => rps)));
  return {
    measured: name,
    connections,
    'limit /s': round(bare),
    'scim-salesforce /s': round(own),
    share: percent(own / bare),
    'p99 ms': median(ours.map(({ p99 }) => p99)),
  };
};

export const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
export const round = (value) => Math.round(value).toLocaleString('en-US');
export const percent = (share) => `${Math.round(share * 100)} %`;
