/** `users`: who is here, with state, Lead and last error of each, a page at a time. */
import { Command } from 'commander';
import { readConfig } from '../../config.ts';
import type { Model } from '../../operations/model.ts';
import { parseStored } from '../../operations/stored-resource.ts';
import { CONNECTOR, PROVISIONED_TYPE } from '../../parts.ts';
import { ScimError } from '../../scim/errors.ts';
import { printCursor, readCursor } from '../../scim/cursor.ts';
import { parseKnownFilter } from '../../scim/filter/known.ts';
import type { ResourceType } from '../../scim/schema/resource-type.ts';
import type { Lane, Store } from '../../storage/store.ts';
import { besideService, userNameOf } from './beside-service.ts';
import { UsageError } from './errors.ts';
import { readNumber } from './option-values.ts';
import { instant, printTable } from './table.ts';

interface UsersOptions {
  readonly filter?: string;
  readonly limit: number;
  readonly cursor?: string;
  readonly json?: boolean;
}

const DEFAULT_LIMIT = 50;

export const usersCommand = (): Command =>
  new Command('users')
    .description('list the users, each with its state, its Lead and its last error')
    .option('--filter <filter>', `SCIM filter, e.g. 'userName sw "a"'`)
    .option('--limit <users>', 'users of a page', readNumber('--limit', 1), DEFAULT_LIMIT)
    .option('--cursor <cursor>', 'the page after another one')
    .option('--json', 'for scripts: { totalResults, users, nextCursor }')
    .action(async (options: UsersOptions) => {
      const page = await besideService(readConfig(), (store, _find, model) => readUsers(store, model, options));
      process.stdout.write(options.json ? `${JSON.stringify(page, null, 2)}\n` : printUsers(page));
    });

interface ListedUser {
  readonly id: string;
  readonly userName: string;
  readonly active: boolean;
  /** Absent: nothing is to be delivered. */
  readonly lane?: Pick<Lane, 'state' | 'leadId' | 'lastDeliveredAt' | 'error'>;
}

interface UserPage {
  readonly totalResults: number;
  readonly users: readonly ListedUser[];
  readonly nextCursor?: string;
}

async function readUsers(store: Store, model: Model, options: UsersOptions): Promise<UserPage> {
  const { filter, limit, cursor } = options;
  // The package has it.
  const type = model.registry.resourceType(PROVISIONED_TYPE) as ResourceType;
  const same = filter ?? '';
  const [parsed, after] = refused(() => [
    filter === undefined ? undefined : parseKnownFilter([type], filter, {})[0],
    cursor === undefined ? undefined : readCursor(same, limit, cursor),
  ]);
  const { resources, totalResults, next } = await store.queryResources({
    types: [{ type: type.name, ...(parsed && { filter: parsed }) }],
    offset: 0,
    limit,
    locations: new Map(),
    ...(after && { after }),
  });
  const lanes = await store.readLanes(
    CONNECTOR,
    resources.map(({ id }) => id),
  );
  const byUser = new Map(lanes.map((lane) => [lane.userId, lane]));
  const users = resources.map((stored) => {
    const lane = byUser.get(stored.id);
    const active = parseStored(stored)['active'] !== false;
    return { id: stored.id, userName: userNameOf(stored), active, ...(lane && { lane: pick(lane) }) };
  });
  return { totalResults, users, ...(next && { nextCursor: printCursor(same, limit, next) }) };
}

/** What the protocol refuses was typed by somebody. */
function refused<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw error instanceof ScimError ? new UsageError(error.message) : error;
  }
}

const pick = ({ state, leadId, lastDeliveredAt, error }: Lane): NonNullable<ListedUser['lane']> => ({
  state,
  ...(leadId !== undefined && { leadId }),
  ...(lastDeliveredAt !== undefined && { lastDeliveredAt }),
  ...(error && { error }),
});

const HEADING = ['userName', 'id', 'active', 'state', 'Lead', 'delivered', 'error'];

const printUsers = ({ totalResults, users, nextCursor }: UserPage): string =>
  printTable(HEADING, users.map(toRow)) +
  `${users.length} of ${totalResults}\n` +
  (nextCursor === undefined ? '' : `more: --cursor ${nextCursor}\n`);

const toRow = ({ userName, id, active, lane }: ListedUser): readonly string[] => [
  userName,
  id,
  active ? 'yes' : 'no',
  lane?.state ?? '',
  lane?.leadId ?? '',
  instant(lane?.lastDeliveredAt),
  lane?.error ? `${lane.error.code}: ${lane.error.message}` : '',
];
