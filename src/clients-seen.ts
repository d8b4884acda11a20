/** Which SCIM clients call: counted in memory, and written down now and then, so that a request costs no write of its own. */
import type { ClientCall } from './http/client.ts';
import type { Store } from './storage/store.ts';
import type { SeenClient } from './storage/service-store.ts';

/** Characters of a User-Agent that are kept: enough to tell programs apart. */
const MAX_USER_AGENT = 200;
/** Clients between two writes; a program that calls itself something new each time is not counted beyond. */
const MAX_PENDING = 200;

export class ClientsSeen {
  readonly #store: Pick<Store, 'recordClients' | 'readClients'>;
  readonly #now: () => number;
  #pending = new Map<string, SeenClient>();

  /** @param now epoch milliseconds */
  constructor(store: Pick<Store, 'recordClients' | 'readClients'>, now: () => number) {
    this.#store = store;
    this.#now = now;
  }

  note({ credential, profile, userAgent }: ClientCall): void {
    const at = this.#now();
    const agent = userAgent.slice(0, MAX_USER_AGENT);
    this.#add({ credential, profile, userAgent: agent, firstAt: at, lastAt: at, calls: 1 });
  }

  /** @throws StorageUnavailable: what was counted is kept for the next time */
  async flush(): Promise<void> {
    const counted = [...this.#pending.values()];
    if (counted.length === 0) return;
    this.#pending = new Map();
    try {
      await this.#store.recordClients(counted);
    } catch (error) {
      for (const client of counted) this.#add(client);
      throw error;
    }
  }

  /** Latest call first, those to this process just now included. */
  async list(): Promise<readonly SeenClient[]> {
    await this.flush();
    return this.#store.readClients();
  }

  #add(client: SeenClient): void {
    const key = JSON.stringify([client.credential, client.userAgent]);
    const known = this.#pending.get(key);
    if (!known && this.#pending.size >= MAX_PENDING) return;
    const merged = known && {
      ...client,
      firstAt: Math.min(known.firstAt, client.firstAt),
      lastAt: Math.max(known.lastAt, client.lastAt),
      calls: known.calls + client.calls,
    };
    this.#pending.set(key, merged ?? client);
  }
}
