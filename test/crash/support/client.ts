/** One simulated client: sends its users' operations one after the other, and holds every answer against what it knows. */
import type { Findings } from './findings.ts';
import type { Ledger } from './ledger.ts';
import type { Random } from './random.ts';
import {
  describeReply,
  etagVersion,
  isProperUnavailable,
  isUndecided,
  send,
  type Answered,
  type Reply,
  type Sent,
} from './scim.ts';
import { afterOf, bodyOf, isSame, newSlot, patchOf, readState, type Attempt, type Known, type Slot } from './slot.ts';

/** What all clients of a scenario share. */
export interface World {
  readonly findings: Findings;
  readonly ledger: Ledger;
  /** Told of every request, how long it took until it was answered or broken, in milliseconds. */
  readonly onReply: (durationMs: number) => void;
}

/** Where a client finds the service. @returns the SCIM root of a process that serves, as soon as one does */
export type Door = () => Promise<string>;

export interface ClientOptions {
  readonly world: World;
  readonly random: Random;
  readonly door: Door;
  readonly name: string;
  readonly users: number;
  /** Milliseconds between two requests, at most. */
  readonly thinkMs: number;
  /** How often it does what with a user or group that is there, against the others. */
  readonly habits: Habits;
}

type OnExisting = 'patch' | 'guarded' | 'stale' | 'replace' | 'remove' | 'read' | 'collide';
type Habits = Readonly<Record<OnExisting, number>>;

export const STEADY: Habits = {
  patch: 45,
  guarded: 10,
  stale: 6,
  replace: 12,
  remove: 8,
  read: 12,
  collide: 5,
};

/** Users come and go. */
export const FICKLE: Habits = { ...STEADY, remove: 60 };

/** A commit that a killed process had sent may still be on its way inside the database. */
const SETTLE_MS = 250;

export class Client {
  readonly slots: readonly Slot[];
  readonly #world: World;
  readonly #random: Random;
  readonly #door: Door;
  readonly #thinkMs: number;
  readonly #habits: Habits;
  /** Deletions of users that were sent, and those of which it is known whether they were carried out. */
  readonly #deletions = { sent: 0, certain: 0 };
  #stopped = false;
  #paused: Promise<void> | undefined;

  constructor({ world, random, door, name, users, thinkMs, habits }: ClientOptions) {
    this.#world = world;
    this.#random = random;
    this.#door = door;
    this.#thinkMs = thinkMs;
    this.#habits = habits;
    const names = Array.from({ length: users }, (_, index) => newSlot('Users', `${name}u${index}`));
    this.slots = [...names, newSlot('Groups', `${name}g`)];
  }

  /** Sends requests until it is told to stop. */
  async run(): Promise<void> {
    while (!this.#stopped) {
      await this.#paused;
      await this.#step(this.#random.pick(this.slots));
      await sleep(this.#random.int(0, this.#thinkMs));
    }
  }

  stop(): void {
    this.#stopped = true;
  }

  /** Sends nothing until the promise resolves, but for a request that is on its way. */
  pause(until: Promise<void>): void {
    this.#paused = until.then(() => {
      this.#paused = undefined;
    });
  }

  /** Finds out what became of every undecided request and whether all that was acknowledged is there. */
  async checkAll(): Promise<void> {
    for (const slot of this.slots) {
      while (slot.undecided) await this.#resolve(slot);
      await this.#read(slot);
      for (const id of slot.gone) await this.#readGone(slot, id);
    }
  }

  async #step(slot: Slot): Promise<void> {
    if (slot.undecided) return this.#resolve(slot);
    const { known } = slot;
    if (!known) return this.#random.chance(0.15) ? this.#readSomeGone(slot) : this.#create(slot);
    const act: Readonly<Record<OnExisting, () => Promise<void>>> = {
      patch: () => this.#change(slot, known, 'PATCH'),
      guarded: () => this.#change(slot, known, 'PATCH', `W/"${known.version}"`),
      stale: () => this.#stale(slot, known),
      replace: () => this.#replace(slot, known),
      remove: () => this.#remove(slot, known),
      read: () => this.#read(slot),
      collide: () => this.#collide(slot),
    };
    return act[this.#random.weighted(this.#habits)]();
  }

  async #create(slot: Slot): Promise<void> {
    slot.counter += 1;
    slot.deletions = this.#deletions.certain;
    // Now and then the new user has the e-mail of the one that was deleted, whose Lead may still be there.
    if (this.#random.chance(0.5)) slot.email = `${slot.name}.${slot.counter}@example.com`;
    const attempt = { what: 'create', after: afterOf(slot, slot.counter) };
    const body = bodyOf(slot, slot.counter, this.#someUsers());
    const answer = await this.#write(slot, attempt, { method: 'POST', path: `/${slot.type}`, body }, 201);
    if (answer) this.#learn(slot, { ...readState(slot, answer.body), version: etagVersion(answer) });
  }

  async #replace(slot: Slot, known: Known): Promise<void> {
    if (this.#random.chance(0.3)) slot.email = `${slot.name}.${slot.counter + 1}@example.com`;
    return this.#change(slot, known, 'PUT');
  }

  async #change(slot: Slot, known: Known, method: 'PUT' | 'PATCH', ifMatch?: string): Promise<void> {
    slot.counter += 1;
    const members = this.#someUsers();
    const body = (method === 'PUT' ? bodyOf : patchOf)(slot, slot.counter, members);
    const after = { ...known, ...(method === 'PUT' ? afterOf(slot, slot.counter) : { counter: slot.counter }) };
    const path = `/${slot.type}/${known.id}`;
    const request = { method, path, body, ...(ifMatch !== undefined && { ifMatch }) };
    const answer = await this.#write(slot, { what: method, after }, request, 200, this.#mayBeStale(slot, ifMatch));
    if (!answer) return;
    if (answer.status === 412) return this.#read(slot);
    this.#learn(slot, { ...after, id: known.id, version: etagVersion(answer) });
    this.#compare(slot, readState(slot, answer.body), after, `${method} ${path} answered`);
  }

  async #stale(slot: Slot, known: Known): Promise<void> {
    if (known.version < 2) return;
    const path = `/${slot.type}/${known.id}`;
    const body = patchOf(slot, slot.counter + 1, []);
    const request = { method: 'PATCH', path, body, ifMatch: `W/"${known.version - 1}"` };
    await this.#ask(request, [412]);
  }

  async #remove(slot: Slot, known: Known): Promise<void> {
    const path = `/${slot.type}/${known.id}`;
    if (slot.type === 'Users') this.#deletions.sent += 1;
    if (!(await this.#write(slot, { what: 'DELETE' }, { method: 'DELETE', path }, 204))) return;
    if (slot.type === 'Users') this.#deletions.certain += 1;
    slot.known = undefined;
    slot.gone.push(known.id);
  }

  /** Groups may share a name, users may not. */
  async #collide(slot: Slot): Promise<void> {
    if (slot.type === 'Users') {
      await this.#ask({ method: 'POST', path: '/Users', body: bodyOf(slot, slot.counter, []) }, [409]);
    }
  }

  async #read(slot: Slot): Promise<void> {
    const { known } = slot;
    if (!known) return;
    const path = `/${slot.type}/${known.id}`;
    const answer = await this.#ask({ method: 'GET', path }, [200, 404]);
    if (!answer) return;
    const seen = answer.status === 404 ? undefined : { ...readState(slot, answer.body), version: etagVersion(answer) };
    if (isAt(seen, known, this.#slack(slot))) this.#learn(slot, seen);
    else this.#lose(slot, seen, `${path} is ${tell(seen)}; acknowledged ${tell(known)}`);
  }

  #learn(slot: Slot, known: Known | undefined): void {
    slot.known = known;
    slot.deletions = this.#deletions.certain;
  }

  /** Versions that deletions of its members may have given a group since it was last seen: nobody else has this client's users. */
  #slack({ type, deletions }: Slot): number {
    return type === 'Groups' ? this.#deletions.sent - deletions : 0;
  }

  #mayBeStale(slot: Slot, ifMatch: string | undefined): readonly number[] {
    return ifMatch !== undefined && this.#slack(slot) > 0 ? [412] : [];
  }

  async #readSomeGone(slot: Slot): Promise<void> {
    if (slot.gone.length > 0) await this.#readGone(slot, this.#random.pick(slot.gone));
  }

  async #readGone(slot: Slot, id: string): Promise<void> {
    const path = `/${slot.type}/${id}`;
    const answer = await this.#ask({ method: 'GET', path }, [200, 404]);
    if (answer?.status === 200) this.#world.findings.add('lost', `${path} is there; its deletion was acknowledged`);
  }

  /** The user is at the state that was acknowledged, or at the one that the undecided request would have made. */
  async #resolve(slot: Slot): Promise<void> {
    const { undecided, known } = slot;
    if (!undecided) return;
    await sleep(SETTLE_MS);
    const seen = known ? await this.#find(slot, known.id) : await this.#findByName(slot);
    if (seen === 'undecided') return;
    slot.undecided = undefined;
    if (slot.type === 'Users' && undecided.what === 'DELETE') this.#deletions.certain += 1;
    const slack = this.#slack(slot);
    if (isAt(seen, known, slack)) {
      this.#learn(slot, seen);
      return;
    }
    const after = undecided.after && { ...undecided.after, version: (known?.version ?? 0) + 1 };
    if (!isAt(seen, after, slack)) {
      const told = `after an undecided ${undecided.what} to ${tell(after)} from ${tell(known)}`;
      this.#lose(slot, seen, `${slot.name} is ${tell(seen)} ${told}`);
      return;
    }
    if (known && !seen) slot.gone.push(known.id);
    this.#learn(slot, seen);
  }

  async #find(slot: Slot, id: string): Promise<Known | undefined | 'undecided'> {
    const answer = await this.#ask({ method: 'GET', path: `/${slot.type}/${id}` }, [200, 404]);
    if (!answer) return 'undecided';
    return answer.status === 404 ? undefined : { ...readState(slot, answer.body), version: etagVersion(answer) };
  }

  async #findByName(slot: Slot): Promise<Known | undefined | 'undecided'> {
    const attribute = slot.type === 'Users' ? 'userName' : 'displayName';
    const filter = encodeURIComponent(`${attribute} eq "${slot.name}"`);
    const answer = await this.#ask({ method: 'GET', path: `/${slot.type}?filter=${filter}` }, [200]);
    if (!answer) return 'undecided';
    const resources = answer.body['Resources'] as readonly Readonly<Record<string, unknown>>[];
    if (resources.length > 1) this.#world.findings.add('duplicated', `${slot.name} is there ${resources.length} times`);
    const [first] = resources;
    if (!first) return undefined;
    return this.#find(slot, String(first['id']));
  }

  /** @returns the answer that acknowledges the write, or one of the refusals; undefined when there was none */
  async #write(
    slot: Slot,
    attempt: Attempt,
    request: Sent,
    status: number,
    refusals: readonly number[] = [],
  ): Promise<Answered | undefined> {
    slot.undecided = attempt;
    const answer = await this.#ask(request, [status, ...refusals]);
    if (!answer) return undefined;
    slot.undecided = undefined;
    if (answer.status === status) this.#world.findings.acknowledged += 1;
    return answer;
  }

  /** @returns an answer that was expected; undefined when the service was not there */
  async #ask(request: Sent, expected: readonly number[]): Promise<Answered | undefined> {
    const root = await this.#door();
    const { ledger, findings } = this.#world;
    const [, , id] = request.path.split('/');
    const floor = ledger.floor(id);
    const sentAt = performance.now();
    const reply = await send(root, request);
    this.#world.onReply(performance.now() - sentAt);
    if (reply.kind === 'answered' && expected.includes(reply.status)) {
      if (reply.status < 300) ledger.observe(reply, floor);
      return reply;
    }
    if (reply.kind === 'answered' && reply.status === 503) findings.refused += 1;
    if (!isUndecided(reply) || !isAllowed(reply)) {
      findings.add('unexpected', `${request.method} ${request.path} was answered ${describeReply(reply)}`);
    }
    // Whoever was told to come back does not come back at once.
    if (isUndecided(reply)) await sleep(this.#random.int(20, 200));
    return undefined;
  }

  #compare(slot: Slot, seen: Omit<Known, 'version'>, wanted: Omit<Known, 'id' | 'version'>, what: string): void {
    if (!isSame(seen, wanted))
      this.#world.findings.add('lost', `${slot.name}: ${what} ${tell(seen)}, not ${tell(wanted)}`);
  }

  #lose(slot: Slot, seen: Known | undefined, text: string): void {
    this.#world.findings.add('lost', text);
    slot.known = seen;
  }

  /** Members of a group: users that exist, as far as this client knows. */
  #someUsers(): readonly string[] {
    const ids = this.slots.flatMap(({ type, known }) => (type === 'Users' && known ? [known.id] : []));
    return ids.filter(() => this.#random.chance(0.3));
  }
}

/** Whether a resource is at one state and version, at most `slack` versions on, or not there where it should not be. */
function isAt(seen: Known | undefined, wanted: Omit<Known, 'id'> | undefined, slack: number): boolean {
  if (!seen || !wanted) return !seen && !wanted;
  return isSame(seen, wanted) && seen.version >= wanted.version && seen.version <= wanted.version + slack;
}

const isAllowed = (reply: Reply): boolean => reply.kind === 'broken' || isProperUnavailable(reply);

const tell = (state: object | undefined): string => (state === undefined ? 'nothing' : JSON.stringify(state));

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
