/** A user that clients of two processes change: each reads it and sends the next counter, guarded by the version it read. */
import type { World } from './client.ts';
import type { ExpectedLead } from './convergence.ts';
import type { Random } from './random.ts';
import {
  describeReply,
  etagVersion,
  isProperUnavailable,
  isUndecided,
  send,
  type Answered,
  type Sent,
} from './scim.ts';

const PATCH = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';

export class SharedUser {
  readonly #world: World;
  readonly #name: string;
  #id = '';
  /** Highest counter that was acknowledged, and highest that was ever sent. */
  #acknowledged = 0;
  #sent = 0;

  constructor(world: World, name: string) {
    this.#world = world;
    this.#name = name;
  }

  async create(root: string): Promise<void> {
    const emails = [{ value: this.#email, type: 'work', primary: true }];
    const body = { userName: this.#name, title: '0', emails };
    const answer = await this.#ask(root, { method: 'POST', path: '/Users', body }, [201]);
    this.#id = String(answer?.body['id']);
  }

  /** One round of read and change through the process at `root`. */
  async touch(root: string): Promise<void> {
    const seen = await this.#read(root);
    if (!seen) return;
    const counter = seen.counter + 1;
    const Operations = [{ op: 'replace', path: 'title', value: String(counter) }];
    const ifMatch = `W/"${seen.version}"`;
    const request = { method: 'PATCH', path: this.#path, body: { schemas: [PATCH], Operations }, ifMatch };
    this.#sent = Math.max(this.#sent, counter);
    const answer = await this.#ask(root, request, [200, 412]);
    if (answer?.status !== 200) return;
    this.#world.findings.acknowledged += 1;
    this.#acknowledged = Math.max(this.#acknowledged, counter);
  }

  /** @returns what its Lead should have in the end */
  async check(root: string): Promise<readonly [string, ExpectedLead]> {
    const seen = await this.#read(root);
    if (seen && seen.counter > this.#sent) this.#lost(`is at ${seen.counter}, which nobody sent`);
    return [this.#id, { counter: seen?.counter ?? -1, email: this.#email }];
  }

  get #path(): string {
    return `/Users/${this.#id}`;
  }

  get #email(): string {
    return `${this.#name}@example.com`;
  }

  async #read(root: string): Promise<{ readonly version: number; readonly counter: number } | undefined> {
    const floor = this.#acknowledged;
    const answer = await this.#ask(root, { method: 'GET', path: this.#path }, [200]);
    if (!answer) return undefined;
    const counter = Number(answer.body['title']);
    if (counter < floor) this.#lost(`is at ${counter}; ${floor} was acknowledged`);
    return { counter, version: etagVersion(answer) };
  }

  async #ask(root: string, request: Sent, expected: readonly number[]): Promise<Answered | undefined> {
    const { ledger, findings } = this.#world;
    const floor = ledger.floor(this.#id);
    const reply = await send(root, request);
    if (reply.kind === 'answered' && expected.includes(reply.status)) {
      if (reply.status < 300) ledger.observe(reply, floor);
      return reply;
    }
    if (!isUndecided(reply) || (reply.kind === 'answered' && !isProperUnavailable(reply))) {
      findings.add('unexpected', `${request.method} ${request.path} was answered ${describeReply(reply)}`);
    }
    return undefined;
  }

  #lost(text: string): void {
    this.#world.findings.add('lost', `shared user ${this.#id} ${text}`);
  }
}

/** Touches the users through one door until it is told to stop. */
export async function touchAll(
  users: readonly SharedUser[],
  {
    random,
    door,
    isOver,
  }: { readonly random: Random; readonly door: () => Promise<string>; readonly isOver: () => boolean },
): Promise<void> {
  while (!isOver()) {
    await random.pick(users).touch(await door());
    await new Promise((resolve) => setTimeout(resolve, random.int(0, 80)));
  }
}
