/** What the stand-in saw of each user, or of each Lead, write by write: more than one Lead, older state after newer, a Lead that comes back. */
import type { RecordWrite } from '../../../src/sandbox/org.ts';
import type { Findings } from './findings.ts';
import type { Identity } from './identity.ts';

interface Seen {
  writes: number;
  /** Highest counter that its Lead ever had. */
  counter: number;
  live: number;
  deleted: boolean;
}

export class LeadWatch {
  readonly #findings: Findings;
  readonly #ownerOf: Identity['ownerOf'];
  readonly #seen = new Map<string, Seen>();
  /** Records written: saved or deleted. */
  writes = 0;

  constructor(findings: Findings, { ownerOf }: Identity) {
    this.#findings = findings;
    this.#ownerOf = ownerOf;
  }

  readonly note = (write: RecordWrite): void => {
    const { sobject, action, id, record } = write;
    if (sobject !== 'Lead') return;
    this.writes += 1;
    const user = this.#ownerOf(write);
    if (user === undefined) return this.#findings.add('duplicated', `Lead ${id} was ${action} for nobody`);
    const seen = this.#seenOf(user);
    seen.writes += 1;
    if (action === 'created') this.#noteCreated(user, seen, id);
    if (action === 'deleted') this.#noteDeleted(seen);
    else this.#noteCounter(user, seen, Number(record['Title']));
  };

  /** How many users were written. */
  get users(): number {
    return this.#seen.size;
  }

  writesOf(user: string): number {
    return this.#seen.get(user)?.writes ?? 0;
  }

  /** Users with more than one write. */
  repeated(): readonly string[] {
    return [...this.#seen].filter(([, { writes }]) => writes > 1).map(([user]) => user);
  }

  #seenOf(user: string): Seen {
    const known = this.#seen.get(user);
    if (known) return known;
    const fresh = { writes: 0, counter: 0, live: 0, deleted: false };
    this.#seen.set(user, fresh);
    return fresh;
  }

  #noteCreated(user: string, seen: Seen, id: string): void {
    seen.live += 1;
    if (seen.live > 1) this.#findings.add('duplicated', `user ${user} got a second Lead ${id}`);
    // The id of a user is never given again, so nothing may follow the end of its Lead.
    if (seen.deleted) this.#findings.add('regressed', `the deleted Lead of user ${user} came back as ${id}`);
  }

  #noteDeleted(seen: Seen): void {
    seen.live -= 1;
    seen.deleted = true;
  }

  #noteCounter(user: string, seen: Seen, counter: number): void {
    if (counter < seen.counter) {
      this.#findings.add('regressed', `the Lead of user ${user} went from ${seen.counter} back to ${counter}`);
    }
    seen.counter = Math.max(seen.counter, counter);
  }
}
