/** What is counted of clients between two writes. */
import { describe, expect, it } from '@jest/globals';
import { ClientsSeen } from '../src/clients-seen.ts';
import type { SeenClient } from '../src/storage/service-store.ts';

const call = (userAgent: string) => ({ credential: 'basic:admin', profile: 'default', userAgent }) as const;

function counter() {
  const written: SeenClient[][] = [];
  const state = { now: 1_000, isDown: false };
  const store = {
    recordClients: async (seen: readonly SeenClient[]) => {
      if (state.isDown) throw new Error('the database is away');
      written.push([...seen]);
    },
    readClients: async () => written.flat(),
  };
  return { written, state, clients: new ClientsSeen(store, () => state.now) };
}

describe('the clients seen', () => {
  it('are written down together, with how often they called, and not again', async () => {
    const { clients, written, state } = counter();
    clients.note(call('okta'));
    state.now = 2_000;
    clients.note(call('okta'));
    clients.note(call('curl'));
    expect(await clients.list()).toEqual([
      { ...call('okta'), firstAt: 1_000, lastAt: 2_000, calls: 2 },
      { ...call('curl'), firstAt: 2_000, lastAt: 2_000, calls: 1 },
    ]);
    await clients.flush();
    expect(written).toHaveLength(1);
  });

  it('are kept while the database is away', async () => {
    const { clients, state } = counter();
    clients.note(call('okta'));
    state.isDown = true;
    await expect(clients.flush()).rejects.toThrow('away');
    clients.note(call('okta'));
    state.isDown = false;
    expect(await clients.list()).toMatchObject([{ userAgent: 'okta', calls: 2 }]);
  });

  it('take bounded room, whatever they call themselves', async () => {
    const { clients } = counter();
    for (let index = 0; index < 1_000; index += 1) clients.note(call(`${index} ${'x'.repeat(5_000)}`));
    const seen = await clients.list();
    expect(seen).toHaveLength(200);
    expect(Math.max(...seen.map(({ userAgent }) => userAgent.length))).toBe(200);
  });
});
