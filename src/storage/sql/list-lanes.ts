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
  if (userIds.length === 0) return [];
  const wanted = dialect.rows('$2', 'wanted', { user_id: 'text' });
  const text = `select ${LANE_COLUMNS} from lane
    where connector = $1 and user_id in (select wanted.user_id from ${wanted})`;
  const json = JSON.stringify(userIds.map((userId) => ({ user_id: userId })));
  const rows = await driver.read({ text, values: [connector, json] });
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
