/** Looking at many lanes: those of some users, and pages of all. */
import type { Lane, LaneQuery } from '../store.ts';
import type { Dialect } from './dialect.ts';
import { LANE_COLUMNS, toLane } from './lanes.ts';
import { Parameters, type Driver } from './transaction.ts';

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
  return readSome(driver, dialect, connector, 'lead_id', leadIds);
}

async function readSome(
  driver: Driver,
  dialect: Dialect,
  connector: string,
  column: 'user_id' | 'lead_id',
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
  const { connector, state, code, after, limit } = query;
  const parameters = new Parameters();
  const conditions = [`connector = ${parameters.add(connector)}`];
  if (state !== undefined) conditions.push(`state = ${parameters.add(state)}`);
  if (code !== undefined) conditions.push(`${codeOf(dialect)} = ${parameters.add(code)}`);
  if (after !== undefined) conditions.push(`user_id > ${parameters.add(after)}`);
  const text = `select ${LANE_COLUMNS} from lane
    where ${conditions.join(' and ')} order by user_id limit ${parameters.add(limit)}`;
  const rows = await driver.read({ text, values: parameters.values, varied: true });
  return rows.map(toLane);
}

const codeOf = (dialect: Dialect): string => dialect.scalar(`cast(error as ${dialect.document})`, ['code']);
