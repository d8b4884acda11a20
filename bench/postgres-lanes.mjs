/** What the worker's steps cost on PostgreSQL, a batch at a time, beside the barest SQL that does a comparable thing. */
import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { openStore } from '../dist/database.js';
import { readModel, storeModel } from '../dist/parts.js';
import { median, percent, round, ROUNDS } from './load.mjs';
import { run } from './own-postgres.mjs';
import { TOLD } from './population.mjs';

export const BATCH = 200;
const BATCHES = 20;
const CONNECTOR = 'salesforce';
const LEASE_MS = 60_000;
const TOLD_TEXT = JSON.stringify(TOLD);

/** @param limitUrl an empty database, @param ourUrl the program's own; all lanes of both are made due */
export async function compareLanes(limitUrl, ourUrl) {
  const limit = await openBare(limitUrl);
  const ours = await openOurs(ourUrl);
  const times = { limit: [], ours: [] };
  try {
    for (let at = 0; at < ROUNDS; at += 1) {
      times.limit.push(...(await deliver(limit)));
      times.ours.push(...(await deliver(ours)));
    }
  } finally {
    await Promise.all([limit.close(), ours.close()]);
  }
  return STEPS.map(([name, steps]) => {
    const [bare, own] = [times.limit, times.ours].map((all) => median(all.map((one) => sum(steps, one))));
    return {
      measured: name,
      'limit ms': bare.toFixed(1),
      'scim-salesforce ms': own.toFixed(1),
      'limit lanes/s': round((BATCH / bare) * 1000),
      'scim-salesforce lanes/s': round((BATCH / own) * 1000),
      share: percent(bare / own),
    };
  });
}

const STEPS = [
  ['claim 200', ['claim']],
  ['remember intent of 200 (link)', ['link']],
  ['settle 200', ['settle']],
  ['claim + settle', ['claim', 'settle']],
  ['claim + link + settle', ['claim', 'link', 'settle']],
];

const sum = (steps, times) => steps.reduce((total, step) => total + times[step], 0);

/** @returns ms of each step, one for each batch but the first, which meets cold connections */
async function deliver(lanes) {
  await lanes.makeDue();
  const batches = [];
  for (let at = 0; at < BATCHES; at += 1) batches.push(await deliverOne(lanes));
  return batches.slice(1);
}

async function deliverOne(lanes) {
  const times = {};
  const timed = async (step, action) => {
    const startedAt = performance.now();
    const rows = await action();
    times[step] = performance.now() - startedAt;
    if (rows !== BATCH) throw new Error(`${step} reached ${rows} lanes of ${BATCH}`);
  };
  const lease = randomUUID();
  let claimed = [];
  await timed('claim', async () => (claimed = await lanes.claim(lease)).length);
  await timed('link', () => lanes.link(lease, claimed));
  await timed('settle', () => lanes.settle(lease, claimed));
  return times;
}

export async function openOurs(url) {
  const options = {
    connectors: new Map([['User', [CONNECTOR]]]),
    // As the service has it: another one would rebuild the indexes.
    ...storeModel(readModel({ UNIQUE_GROUP_NAMES: true, UNKNOWN_ATTRIBUTES: 'ignore' })),
    now: Date.now(),
  };
  const store = await openStore({ DATABASE_URL: url }, options, () => undefined);
  return {
    makeDue: () =>
      run(url, `update lane set state = 'due', due_at = 0, lease = null`, 'vacuum analyze lane', 'checkpoint'),
    claim: (lease) =>
      store.claimLanes({ connector: CONNECTOR, limit: BATCH, lease, leaseMs: LEASE_MS, now: Date.now() }),
    link: async (lease, lanes) => {
      const links = lanes.map(({ userId, leadId }) => ({ userId, leadId, origin: 'created', told: TOLD_TEXT }));
      return (await store.linkLanes(CONNECTOR, lease, links)).size;
    },
    settle: async (lease, lanes) =>
      (await store.settleLanes(CONNECTOR, lease, lanes.map(toSettlement), Date.now())).size,
    countLanes: () => store.countLanes(CONNECTOR),
    close: () => store.close(),
  };
}

const toSettlement = ({ userId, leadId, tailSeq, doubts }) => ({
  userId,
  state: 'idle',
  dueAt: Date.now(),
  attempts: 0,
  seenSeq: tailSeq,
  delivered: true,
  seenDoubts: doubts,
  lead: { leadId, origin: 'created', told: TOLD_TEXT },
  version: 1,
  attempt: {
    action: 'update',
    reason: 'the user changed',
    outcome: 'delivered',
    fields: Object.keys(TOLD),
    leadId,
    durationMs: 100,
  },
});

/** As many lanes as one round needs twice; one index besides the key, and each statement its own transaction. */
async function openBare(url) {
  await run(
    url,
    'create table bare_lane (id text primary key, state text, due_at bigint, lease text, told text)',
    `create index bare_lane_due on bare_lane (due_at) where state = 'due'`,
    `insert into bare_lane select gen_random_uuid()::text, 'due', 0, null, null from generate_series(1, ${BATCH * BATCHES * 2})`,
  );
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const query = (name, text) => async (values) => client.query({ name, text, values });
  const claim = query(
    'claim',
    `update bare_lane set lease = $1, due_at = $2 where id in (
       select id from bare_lane where state = 'due' and due_at <= $3 order by due_at limit $4 for update skip locked
     ) returning id`,
  );
  const link = query(
    'link',
    `update bare_lane set told = link.told from unnest($1::text[], $2::text[]) as link (id, told)
     where bare_lane.id = link.id and lease = $3`,
  );
  const settle = query(
    'settle',
    `update bare_lane set state = 'idle', lease = null from unnest($1::text[]) as done (id)
     where bare_lane.id = done.id and lease = $2`,
  );
  return {
    makeDue: () =>
      run(
        url,
        `update bare_lane set state = 'due', due_at = 0, lease = null`,
        'vacuum analyze bare_lane',
        'checkpoint',
      ),
    claim: async (lease) => {
      const now = Date.now();
      const { rows } = await claim([lease, now + LEASE_MS, now, BATCH]);
      return rows.map(({ id }) => id);
    },
    link: async (lease, ids) => (await link([ids, ids.map(() => TOLD_TEXT), lease])).rowCount,
    settle: async (lease, ids) => (await settle([ids, lease])).rowCount,
    close: () => client.end(),
  };
}
