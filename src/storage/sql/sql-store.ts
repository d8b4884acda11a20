/** The storage contract over any SQL driver. */
import type { MemberLists } from '../member-lists.ts';
import type { Store } from '../store.ts';
import { countAttempts } from './attempts.ts';
import { readClients, recordClients } from './clients.ts';
import { commitUnits } from './commit-units.ts';
import { commitChange } from './commit.ts';
import { estimateLooks } from './cost.ts';
import type { Dialect } from './dialect.ts';
import { noteBudget, pauseConnector, readConnector, resumeConnector } from './connector.ts';
import { closeGate, openGate, probeGate, retryGate, returnProbe, takeProbe } from './gate.ts';
import { forgetRefusal, readRefusal } from './refusals.ts';
import { admitRemovals, judgeHeld } from './guard.ts';
import { holdJob, takeJob } from './jobs.ts';
import { pruneJournal, readEntries, readJournal } from './journal.ts';
import * as lanes from './lanes.ts';
import { beginLoad, countNewLanes, endLoad, keepLoad } from './loads.ts';
import {
  countLaneErrors,
  listLanes,
  listLanesByLead,
  readLanes,
  readLanesOfLeads,
  readLostCreates,
} from './list-lanes.ts';
import type { Followers } from './mark-due.ts';
import {
  commitMembers,
  hasMoreMembers,
  haveMembersChanged,
  membershipsChangedAt,
  readMembers,
  readMemberships,
} from './members.ts';
import { measureMembers, measureMemberships } from './measure-members.ts';
import { linkFoundLeads, linkLanes } from './link-lanes.ts';
import { pushLane, repairLanes } from './mend-lanes.ts';
import { delayMessage, dropMessages, firstMessage, gatherNotices, removeMessage } from './messages.ts';
import { migrate } from './migrations.ts';
import { keepNotices, leaveNotice } from './notices.ts';
import { queryResources } from './query.ts';
import type { KeyTables } from './query-context.ts';
import { releaseLanes } from './release-lanes.ts';
import { readResource, readResources } from './resources.ts';
import { dueSignal } from './due-signal.ts';
import { rebuild, type Derivation } from './rebuild.ts';
import { readSetting, writeSetting } from './settings.ts';
import type { Driver, Transaction } from './transaction.ts';

export interface SqlStoreOptions {
  /** Connectors whose lanes follow a resource type, by type name. */
  readonly connectors: ReadonlyMap<string, readonly string[]>;
  /** Membership lists that a connector's mapping reads, by connector: who is in them is due when they change. */
  readonly memberReaders?: ReadonlyMap<string, readonly string[]>;
  /** Attributes that are found through a key table, by type name. */
  readonly keyTables: KeyTables;
  /** Attributes whose elements are rows. */
  readonly memberLists: MemberLists;
  /** How keys and the like follow from a document. */
  readonly derivation: Derivation;
  /** Told when resources were stored with another derivation and are right now; `count` of them. */
  readonly onRebuilt?: (count: number) => void;
  /** Whether no other process can hold a lease: what a killed predecessor had claimed is then due at once. */
  readonly soleOwner: boolean;
  /** Epoch milliseconds. */
  readonly now: number;
}

/** @throws StorageUnavailable when the schema cannot be brought up to date */
export async function createSqlStore(driver: Driver, dialect: Dialect, options: SqlStoreOptions): Promise<Store> {
  await driver.write(() => migrate(dialect, options.now));
  const rebuilt = await driver.write(() => rebuild(dialect, options.derivation));
  if (rebuilt > 0) options.onRebuilt?.(rebuilt);
  if (options.soleOwner) await startAlone(driver, options);
  return sqlStore(driver, dialect, options);
}

/** Nobody else is at work: what was claimed is free, and no wait outlasts a start, be it for a clock that was wrong. */
async function startAlone(driver: Driver, { connectors, now }: SqlStoreOptions): Promise<void> {
  await driver.write(() => lanes.freeLeases(now));
  for (const connector of new Set([...connectors.values()].flat()))
    await driver.write(() => lanes.hastenAtStart(connector, now));
}

/** The store over a database whose schema is up to date. */
export function sqlStore(
  driver: Driver,
  dialect: Dialect,
  options: Pick<SqlStoreOptions, 'connectors' | 'keyTables' | 'memberLists' | 'memberReaders'>,
): Store {
  const followers = followersOf(options);
  const everybody = new Set([...options.connectors.values()].flat());
  const due = dueSignal(driver, everybody);
  /** What makes lanes due tells so, to this process and to the others. */
  const announce = async <T>(connector: string, steps: () => Transaction<T>): Promise<T> => {
    const result = await driver.write(steps);
    due.announce(connector);
    return result;
  };
  const announceTo = (types: readonly string[]): void => {
    const concerned = types.map(followers).flatMap(({ connectors, readers }) => [...connectors, ...readers.keys()]);
    for (const connector of new Set(concerned)) due.announce(connector);
  };
  const inTurn = oneAtATime();
  return {
    readResource: (type, id) => readResource(driver, dialect, type, id),
    readResources: (type, ids) => readResources(driver, dialect, type, ids),
    queryResources: (query) => queryResources(driver, { dialect, ...options }, query),
    estimateLooks: (query, locations, atMost) =>
      estimateLooks(driver, { dialect, ...options }, query, locations, atMost),
    commit: async (change) => {
      await driver.write(() => commitChange(dialect, change, followers(change.type)));
      announceTo([change.type]);
    },
    commitMembers: async (change) => {
      const after = await driver.write(() => commitMembers(dialect, change, followers(change.type)));
      announceTo([change.type]);
      return after;
    },
    commitAll: (units) =>
      inTurn(async () => {
        const outcomes = await driver.write(() => commitUnits(dialect, units, followers));
        announceTo(units.flat().map(({ type }) => type));
        return outcomes;
      }),
    readMembers: (request) => readMembers(driver, dialect, request),
    measureMembers: (request, atMost) => measureMembers(driver, dialect, request, atMost),
    hasMoreMembers: (list, owner, count) => hasMoreMembers(driver, list, owner, count),
    readMemberships: (lists, members) => readMemberships(driver, dialect, lists, members),
    measureMemberships: (lists, members, atMost) => measureMemberships(driver, dialect, lists, members, atMost),
    haveMembersChanged: (list, owner, since) => haveMembersChanged(driver, list, owner, since),
    membershipsChangedAt: (lists, member) => membershipsChangedAt(driver, dialect, lists, member),
    claimLanes: (request) => driver.write(() => lanes.claimLanes(dialect, request)),
    unclaimLanes: (claim) => announce(claim.connector, () => lanes.unclaimLanes(claim)),
    countNewLanes: (connector, now, atMost) => countNewLanes(driver, connector, now, atMost),
    beginLoad: (load) => driver.write(() => beginLoad(dialect, load)),
    keepLoad: (connector, load, more, now) => driver.write(() => keepLoad(connector, load, more, now)),
    endLoad: (connector, load, end) => announce(connector, () => endLoad(connector, load, end)),
    linkLanes: (connector, lease, links, now) => driver.write(() => linkLanes(dialect, connector, lease, links, now)),
    noteCampaigns: (connector, lease, notes) =>
      driver.write(() => lanes.noteCampaigns(dialect, connector, lease, notes)),
    settleLanes: (connector, lease, settlements, now) =>
      driver.write(() => lanes.settleLanes(dialect, connector, lease, settlements, now)),
    doubtLanes: (connector, writes, now) =>
      announce(connector, () => lanes.doubtLanes(dialect, connector, writes, now)),
    hastenLanes: (connector, now) => announce(connector, () => lanes.hastenLanes(connector, now)),
    forgetLeads: (connector, now) => announce(connector, () => lanes.forgetLeads(connector, now)),
    releaseLanes: (connector, now, which) => announce(connector, () => releaseLanes(dialect, connector, now, which)),
    repairLanes: (connector, repairs, now) => announce(connector, () => repairLanes(dialect, connector, repairs, now)),
    linkFoundLeads: (connector, links) => driver.write(() => linkFoundLeads(dialect, connector, links)),
    pushLane: (connector, userId, resend, now) => announce(connector, () => pushLane(connector, userId, resend, now)),
    readLane: (connector, userId) => lanes.readLane(driver, connector, userId),
    readLanes: (connector, userIds) => readLanes(driver, dialect, connector, userIds),
    readLanesOfLeads: (connector, leadIds) => readLanesOfLeads(driver, dialect, connector, leadIds),
    readLostCreates: (connector) => readLostCreates(driver, connector),
    listLanes: (query) => listLanes(driver, dialect, query),
    countLaneErrors: (connector) => countLaneErrors(driver, dialect, connector),
    listLanesByLead: (query) => listLanesByLead(driver, dialect, query),
    findLinkedLeads: (connector, leadIds) => lanes.findLinkedLeads(driver, dialect, connector, leadIds),
    countLanes: (connector) => lanes.countLanes(driver, connector),
    nextDueAt: (connector) => lanes.nextDueAt(driver, connector),
    readJournal: (id, limit, before) => readJournal(driver, id, limit, before),
    countAttempts: (from, until) => countAttempts(driver, dialect, from, until),
    readEntries: (seqs) => readEntries(driver, dialect, seqs),
    pruneJournal: (before, limit) => driver.write(() => pruneJournal(before, limit)),
    takeJob: (name, everyMs, now) => driver.write(() => takeJob(name, everyMs, now)),
    holdJob: (name, heldUntil, until) => driver.write(() => holdJob(name, heldUntil, until)),
    readSetting: (name) => readSetting(driver, name),
    writeSetting: (name, value) => driver.write(() => writeSetting(name, value)),
    recordClients: (seen) => driver.write(() => recordClients(dialect, seen)),
    readClients: () => readClients(driver),
    readConnector: (connector) => readConnector(driver, connector),
    closeGate: (connector, gate, event, at, refused) =>
      driver.write(() => closeGate(connector, gate, event, at, refused)),
    openGate: (connector, seen, at) => driver.write(() => openGate(connector, seen, at)),
    takeProbe: (connector, seen, now, until) => driver.write(() => takeProbe(connector, seen, now, until)),
    returnProbe: (connector) => driver.write(() => returnProbe(connector)),
    probeGate: (connector, now, credentials) => driver.write(() => probeGate(connector, now, credentials)),
    retryGate: (connector, now) => driver.write(() => retryGate(connector, now)),
    readRefusal: (connector, credentials) => readRefusal(driver, connector, credentials),
    forgetRefusal: (connector, credentials) => driver.write(() => forgetRefusal(connector, credentials)),
    pauseConnector: (connector, pause) => driver.write(() => pauseConnector(connector, pause)),
    resumeConnector: (connector, by) => announce(connector, () => resumeConnector(connector, by)),
    noteBudget: (connector, budget) => driver.write(() => noteBudget(connector, budget)),
    admitRemovals: (request) => driver.write(() => admitRemovals(dialect, request)),
    judgeHeld: (connector, verdict, by, userId) => announce(connector, () => judgeHeld(connector, verdict, by, userId)),
    keepNotices: (isWanted) => driver.write(() => keepNotices(isWanted)),
    leaveNotice: (notice) => driver.write(() => leaveNotice(notice)),
    gatherNotices: (request, toMessages) => gatherNotices(driver, dialect, request, toMessages),
    firstMessage: (webhook) => firstMessage(driver, webhook),
    removeMessage: (seq) => driver.write(() => removeMessage(seq)),
    delayMessage: (seq, dueAt) => driver.write(() => delayMessage(seq, dueAt)),
    dropMessages: (before) => driver.write(() => dropMessages(before)),
    onDue: (listener) => due.listen(listener),
    now: async () => {
      const [row] = await driver.read({ text: `select ${dialect.now} as now`, values: [] });
      return Number(row?.['now']);
    },
    close: () => driver.close(),
  };
}

/** Worked out once for each type: every change asks. */
function followersOf({
  connectors,
  memberReaders = new Map(),
  memberLists: { own },
}: Pick<SqlStoreOptions, 'connectors' | 'memberLists' | 'memberReaders'>): (type: string) => Followers {
  const ownsSome = (type: string, lists: readonly string[]): boolean =>
    [...(own.get(type)?.values() ?? [])].some((list) => lists.includes(list));
  const owners = [...own.keys()].filter((type) => ownsSome(type, [...memberReaders.values()].flat()));
  const known = new Map<string, Followers>();
  return (type) => {
    const followers = known.get(type) ?? {
      connectors: connectors.get(type) ?? [],
      readers: new Map([...memberReaders].filter(([, lists]) => ownsSome(type, lists))),
      owners,
    };
    known.set(type, followers);
    return followers;
  };
}

/** Long transactions at once would wait for each other's rows, and leave requests no connection. @returns how to queue one */
function oneAtATime(): <T>(action: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (action) => {
    const turn = last.then(action);
    last = turn.catch(() => undefined);
    return turn;
  };
}
