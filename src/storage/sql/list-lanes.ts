/** Looking at many lanes: those of some users, and pages of all. */
import type { AttemptError, Lane, LaneError, LaneErrorCount, LaneQuery, LaneState, LeadQuery } from '../store.ts';
import { afterPrefix } from './after-prefix.ts';
import type { Dialect } from './dialect.ts';
import { LANE_COLUMNS, optionalNumber, optionalText, present, toLane } from './lanes.ts';
import { Parameters, type Driver, type Row } from './transaction.ts';

export async function readLanes(
  driver: Driver,
  dialect: Dialect,
  connector: string,
  userIds: readonly string[],
): Promise<readonly Lane[]> {
  return readSome(driver, dialect, connector, 'user_id', userIds);
}

export async function readLanesOfLeads(
  driver: Driver,
  dialect: Dialect,
  connector: string,
  leadIds: readonly string[],
): Promise<readonly Lane[]> {
  return readSome(driver, dialect, connector, dialect.text('lead_id'), leadIds);
}

export async function readLostCreates(driver: Driver, connector: string): Promise<readonly Lane[]> {
  const text = `select ${LANE_COLUMNS} from lane where connector = $1 and sent is not null and lead_id is null`;
  return (await driver.read({ text, values: [connector] })).map(toLane);
}

async function readSome(
  driver: Driver,
  dialect: Dialect,
  connector: string,
  column: string,
  ids: readonly string[],
): Promise<readonly Lane[]> {
  if (ids.length === 0) return [];
  const wanted = dialect.rows('$2', 'wanted', { id: 'text' });
  const text = `select ${LANE_COLUMNS} from lane
    where connector = $1 and ${column} in (select wanted.id from ${wanted})`;
  const rows = await driver.read({ text, values: [connector, JSON.stringify(ids.map((id) => ({ id })))] });
  return rows.map(toLane);
}

export async function listLanes(driver: Driver, dialect: Dialect, query: LaneQuery): Promise<readonly Lane[]> {
  const { connector, state, after, limit } = query;
  const parameters = new Parameters();
  const conditions = [`connector = ${parameters.add(connector)}`, ...errorConditions(dialect, query, parameters)];
  if (state !== undefined) conditions.push(IN_STATE[state]);
  if (after !== undefined) conditions.push(`user_id > ${parameters.add(after)}`);
  const text = `select ${LANE_COLUMNS} from lane
    where ${conditions.join(' and ')} order by user_id limit ${parameters.add(limit)}`;
  const rows = await driver.read({ text, values: parameters.values, varied: true });
  return rows.map(toLane);
}

/** Written out: a partial index serves no state that is a parameter. */
const IN_STATE: Readonly<Record<LaneState, string>> = {
  idle: `state = 'idle'`,
  due: `state = 'due'`,
  parked: `state = 'parked'`,
  held: `state = 'held'`,
};

/** @returns conditions on the lane's error */
export function errorConditions(
  dialect: Dialect,
  wanted: Partial<AttemptError>,
  parameters: Parameters,
): readonly string[] {
  return (['class', 'code'] as const).flatMap((member) => {
    const value = wanted[member];
    return value === undefined ? [] : [`${errorMember(dialect, member)} = ${parameters.add(value)}`];
  });
}

const errorMember = (dialect: Dialect, member: keyof LaneError): string =>
  dialect.scalar(`cast(error as ${dialect.document})`, [member]);

/** Each half has its own index; what waits without an error only waits for its turn. */
export async function countLaneErrors(
  driver: Driver,
  dialect: Dialect,
  connector: string,
): Promise<readonly LaneErrorCount[]> {
  const text = `select state, class, code, count(*) as lanes, min(hint) as hint, min(last_attempt_at) as since from (
      select 'parked' as state, last_attempt_at, ${errorColumns(dialect)} from lane
      where connector = $1 and state = 'parked' and error is not null
      union all
      select 'due' as state, last_attempt_at, ${errorColumns(dialect)} from lane
      where connector = $1 and state = 'due' and error is not null
    ) as failing
    group by state, class, code order by lanes desc, code, state`;
  const rows = await driver.read({ text, values: [connector] });
  return rows.map(toErrorCount);
}

const errorColumns = (dialect: Dialect): string =>
  (['class', 'code', 'hint'] as const).map((member) => `${errorMember(dialect, member)} as ${member}`).join(', ');

const toErrorCount = (row: Row): LaneErrorCount => ({
  // The statement says it.
  state: String(row['state']) as LaneErrorCount['state'],
  class: String(row['class']),
  code: String(row['code']),
  lanes: Number(row['lanes']),
  ...present('hint', optionalText(row['hint'])),
  ...present('since', optionalNumber(row['since'])),
});

export async function listLanesByLead(driver: Driver, dialect: Dialect, query: LeadQuery): Promise<readonly Lane[]> {
  const { connector, prefix, after, limit } = query;
  const parameters = new Parameters();
  const leadId = dialect.text('lead_id');
  const conditions = [`connector = ${parameters.add(connector)}`, `${leadId} >= ${parameters.add(prefix)}`];
  const end = afterPrefix(prefix);
  if (end !== undefined) conditions.push(`${leadId} < ${parameters.add(end)}`);
  if (after !== undefined) conditions.push(`${leadId} > ${parameters.add(after)}`);
  const text = `select ${LANE_COLUMNS} from lane
    where ${conditions.join(' and ')} order by ${leadId} limit ${parameters.add(limit)}`;
  const rows = await driver.read({ text, values: parameters.values, varied: true });
  return rows.map(toLane);
}
