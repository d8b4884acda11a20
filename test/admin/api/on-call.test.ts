/** What the person on call does with the admin API: look before, pause, decide about removals, send one user now. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ENGINES } from '../../support/engines.ts';
import { eventually, startService, type Answer, type TestService } from '../../support/service.ts';
import { describedApi, ON_CALL, type DescribedApi } from './support.ts';

const GUARD = { REMOVAL_GUARD_COUNT: '0', REMOVAL_GUARD_PERCENT: '0' };
const READER = { authorization: 'Bearer token-of-a-dashboard' };
const SCIM_CREDENTIALS = JSON.stringify([
  { name: 'dashboard', token: 'token-of-a-dashboard', scopes: ['admin:read'] },
  { name: 'idp', token: 'token-of-an-identity-provider' },
]);
const IDP = { authorization: 'Bearer token-of-an-identity-provider' };
const PATCH = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';

interface Removal {
  readonly user: { readonly id: string; readonly userName?: string };
  readonly action: string;
  readonly reason: string;
  readonly fields: readonly string[];
}

describe.each(ENGINES)('on call by the admin API on $name', (engine) => {
  let service: TestService;
  let api: DescribedApi;

  const create = async (userName: string): Promise<string> => {
    const user = { userName, name: { familyName: userName }, emails: [`${userName}@example.com`] };
    return (await service.scim('POST', '/Users', user, IDP)).body['id'] as string;
  };
  const patch = (id: string, path: string, value: unknown): Promise<Answer> =>
    service.scim('PATCH', `/Users/${id}`, { schemas: [PATCH], Operations: [{ op: 'replace', path, value }] }, IDP);
  const status = async (): Promise<Record<string, unknown>> => (await api.call('GET', '/status')).body;
  const lanes = (wanted: Readonly<Record<string, number>>): Promise<unknown> =>
    eventually(async () => {
      const counts = (await status())['lanes'] as Readonly<Record<string, number>>;
      return Object.entries(wanted).every(([state, users]) => counts[state] === users) ? counts : undefined;
    });
  const removals = async (): Promise<readonly Removal[]> =>
    (await api.call('GET', '/removals')).body['removals'] as readonly Removal[];
  const emptied = async (): Promise<void> => {
    const { body } = await api.call('GET', '/users?limit=200');
    for (const { id } of body['users'] as { id: string }[])
      await service.scim('DELETE', `/Users/${id}`, undefined, IDP);
    await eventually(async () => {
      await api.call('POST', '/removals/approve', { all: true });
      const { idle, due, held } = (await status())['lanes'] as { idle: number; due: number; held: number };
      return idle + due + held === 0 ? true : undefined;
    });
  };

  beforeAll(async () => {
    service = await startService(engine, { ...GUARD, SCIM_CREDENTIALS, ADMIN_PASSWORD: 'admin', LOG_LEVEL: 'warn' });
    api = await describedApi(service);
  });
  afterAll(() => service.close());

  describe('pause', () => {
    it('stops delivery at once and tells by whom, why and since when; resume delivers what came meanwhile', async () => {
      expect((await api.call('POST', '/pause', { reason: 'moving orgs' })).body).toEqual({ changed: true });
      await create('ada');
      await new Promise((resolve) => setTimeout(resolve, 300));
      expect(await service.leads()).toEqual([]);
      expect(await status()).toMatchObject({
        delivery: 'paused',
        dryRun: false,
        lanes: { due: 1 },
        pause: { reason: 'moving orgs', actor: 'admin:admin' },
        events: [{ event: 'paused', actor: 'admin:admin', reason: 'moving orgs' }],
      });
      expect((await api.call('POST', '/resume')).body).toEqual({ changed: true });
      await lanes({ idle: 1, due: 0 });
      expect(await status()).toMatchObject({
        delivery: 'running',
        budget: { level: 'ample', max: 100_000 },
        events: [{ event: 'resumed', reason: 'resumed' }, { event: 'paused' }],
      });
    });

    it('asked twice at once pauses once, and keeps one reason', async () => {
      const both = await Promise.all(['one', 'two'].map((reason) => api.call('POST', '/pause', { reason })));
      expect(both.map(({ body }) => body['changed']).sort()).toEqual([false, true]);
      const again = await Promise.all([1, 2].map(() => api.call('POST', '/resume', { reason: 'done' })));
      expect(again.map(({ body }) => body['changed']).sort()).toEqual([false, true]);
    });

    it.each([
      ['without a body', undefined, '#'],
      ['without a reason', {}, '#/reason'],
      ['with an empty reason', { reason: ' ' }, '#/reason'],
      ['with what it does not know', { reason: 'x', until: 1 }, '#/until'],
    ])('is refused %s, and nothing is paused', async (_what, body, pointer) => {
      const answer = await api.call('POST', '/pause', body);
      expect([answer.status, answer.body['errors']]).toMatchObject([400, [{ pointer }]]);
      expect(await status()).toMatchObject({ delivery: 'running' });
    });
  });

  it('tells what became of the connector in pages that make the whole list, newest first', async () => {
    const all = (await api.call('GET', '/events')).body['events'] as { event: string }[];
    expect(all.length).toBeGreaterThanOrEqual(4);
    expect(all.at(-1)).toMatchObject({ event: 'paused', reason: 'moving orgs' });
    const paged: unknown[] = [];
    for (let cursor: string | undefined = ''; cursor !== undefined;) {
      const { body }: Answer = await api.call('GET', `/events?limit=3${cursor === '' ? '' : `&cursor=${cursor}`}`);
      paged.push(...(body['events'] as unknown[]));
      cursor = body['nextCursor'] as string | undefined;
    }
    expect(paged).toEqual(all);
    expect((await api.call('GET', '/users/salesforce')).status).toBe(404);
  });

  describe('preview', () => {
    it('tells mapped, live and sent values of a changed user beside its Lead, and writes nothing', async () => {
      const id = await create('bea');
      await eventually(async () => ((await service.leads()).length === 2 ? true : undefined));
      await lanes({ idle: 2 });
      await api.call('POST', '/pause', { reason: 'to look' });
      await patch(id, 'name.familyName', 'Beam');
      const before = await service.leads();
      const { body } = await api.call('GET', `/users/${id}/preview`);
      expect(body).toMatchObject({ userId: id, userName: 'bea', verdict: { kind: 'update' }, lead: 'read' });
      const fields = body['fields'] as { name: string }[];
      expect(fields.find(({ name }) => name === 'LastName')).toEqual({
        name: 'LastName',
        mapped: 'Beam',
        live: 'bea',
        sent: 'Beam',
      });
      expect(fields.find(({ name }) => name === 'Email')).not.toHaveProperty('sent');
      expect(await service.leads()).toEqual(before);
      expect(await status()).toMatchObject({ lanes: { due: 1 } });
      await api.call('POST', '/resume');
      await lanes({ idle: 2, due: 0 });
    });

    it('of a pasted user is that of the user with its userName, or of a new one, and stores nothing', async () => {
      const pasted = (userName: string) =>
        api.call('POST', '/preview', { user: { userName, name: { familyName: 'New' }, emails: ['n@example.com'] } });
      expect((await pasted('bea')).body).toMatchObject({ userName: 'bea', verdict: { kind: 'update' }, lead: 'read' });
      const { body } = await pasted('zoe');
      expect(body).toMatchObject({ userName: 'zoe', verdict: { kind: 'create' } });
      expect(body).not.toHaveProperty('lead');
      expect((await api.call('GET', '/users?search=zoe')).body['total']).toBe(0);
      const bad = await api.call('POST', '/preview', { user: { displayName: 'x' } });
      expect([bad.status, bad.body['errors']]).toMatchObject([400, [{ pointer: '#/user' }]]);
      expect((await api.call('POST', '/preview', { user: {} }, READER)).status).toBe(403);
    });

    it('of nobody is 404', async () => {
      expect((await api.call('GET', '/users/nobody/preview')).status).toBe(404);
    });
  });

  describe('push', () => {
    it('sends what waits and tells the attempt; sent again it finds nothing to do, and with resend it tells all', async () => {
      const id = await create('cat');
      await lanes({ idle: 3, due: 0 });
      await patch(id, 'name.familyName', 'Catkin');
      await lanes({ idle: 3, due: 0 });
      const { status: code, body } = await api.call('POST', `/users/${id}/push`);
      expect([code, body]).toMatchObject([200, { attempt: { outcome: 'skipped' }, lane: { state: 'idle' } }]);
      expect(body['gate']).toEqual({ state: 'open' });
      const resent = await api.call('POST', `/users/${id}/push`, { resend: true });
      expect(resent.body).toMatchObject({ attempt: { action: 'update', outcome: 'delivered' } });
      expect((await service.leads()).filter(({ Email }) => Email === 'cat@example.com')).toHaveLength(1);
    });

    it('tells that nothing was sent within the time while delivery is paused', async () => {
      await api.call('POST', '/pause', { reason: 'to look' });
      const id = await create('dot');
      const { body } = await api.call('POST', `/users/${id}/push`, { waitSeconds: 0.2 });
      expect(body).toMatchObject({ pause: { reason: 'to look' }, lane: { state: 'due' } });
      expect(body).not.toHaveProperty('attempt');
      await api.call('POST', '/resume');
      await lanes({ idle: 4, due: 0 });
    });

    it.each([
      [{ waitSeconds: 21 }, '#/waitSeconds'],
      [{ resend: 'yes' }, '#/resend'],
      [{ force: true }, '#/force'],
    ])('refuses %j', async (body, pointer) => {
      const answer = await api.call('POST', '/users/nobody/push', body);
      expect([answer.status, answer.body['errors']]).toMatchObject([400, [{ pointer }]]);
    });

    it('of nobody is 404', async () => {
      expect((await api.call('POST', '/users/nobody/push')).status).toBe(404);
    });
  });

  describe('removals', () => {
    const held = new Map<string, string>();

    beforeAll(async () => {
      await emptied();
      for (const name of ['eva', 'fay', 'gil', 'hal']) held.set(name, await create(name));
      await lanes({ idle: 4, due: 0 });
      for (const name of ['eva', 'fay', 'gil']) await patch(held.get(name) ?? '', 'active', false);
      await service.scim('DELETE', `/Users/${held.get('hal')}`, undefined, IDP);
      await lanes({ held: 4 });
    });
    const idOf = (name: string): string => held.get(name) ?? '';

    it('are listed with what would be done, in pages', async () => {
      const all = await removals();
      const of = (name: string) => all.find(({ user }) => user.id === idOf(name));
      expect(of('eva')).toMatchObject({
        user: { userName: 'eva', lane: { state: 'held' } },
        action: 'update',
        reason: 'user inactive',
        fields: ['Status'],
      });
      expect(of('hal')).toMatchObject({ user: { isDeleted: true }, action: 'delete', fields: [] });
      const first = await api.call('GET', '/removals?limit=3');
      const rest = await api.call('GET', `/removals?limit=3&cursor=${String(first.body['nextCursor'])}`);
      expect([...(first.body['removals'] as Removal[]), ...(rest.body['removals'] as Removal[])]).toEqual(all);
      expect([first.body['total'], rest.body['nextCursor']]).toEqual([4, undefined]);
    });

    it('tell the names of the Leads where they are wanted, also those of deleted users', async () => {
      const { body } = await api.call('GET', '/removals?include=names', undefined, READER);
      const named = (body['removals'] as (Removal & { leadName?: string })[]).map(({ user, leadName }) => [
        user.id,
        leadName,
      ]);
      expect(Object.fromEntries(named)).toEqual(
        Object.fromEntries(['eva', 'fay', 'gil', 'hal'].map((name) => [idOf(name), expect.stringContaining(name)])),
      );
      expect((await removals()).some((one) => 'leadName' in one)).toBe(false);
    });

    it.each([
      ['neither some nor all', {}],
      ['both', { all: true, userIds: ['x'] }],
      ['nobody', { userIds: [] }],
    ])('are not decided for %s', async (_what, body) => {
      for (const verdict of ['approve', 'reject'])
        expect((await api.call('POST', `/removals/${verdict}`, body)).status).toBe(400);
      expect(await removals()).toHaveLength(4);
    });

    it('are not decided by who may only look', async () => {
      expect((await api.call('POST', '/removals/approve', { all: true }, READER)).status).toBe(403);
      expect((await api.call('GET', '/removals', undefined, READER)).status).toBe(200);
      expect(await removals()).toHaveLength(4);
    });

    it('of some are approved once, however many ask at once; others stay held', async () => {
      const ask = () => api.call('POST', '/removals/approve', { userIds: [idOf('eva'), 'nobody'] });
      const answers = await Promise.all([ask(), ask(), ask()]);
      expect(answers.reduce((sum, { body }) => sum + Number(body['judged']), 0)).toBe(1);
      expect(answers.every(({ body }) => (body['notHeld'] as string[]).includes('nobody'))).toBe(true);
      await lanes({ idle: 1, held: 3 });
    });

    it('are rejected: the Lead stays as it is, and a deleted user is forgotten', async () => {
      const userIds = [idOf('fay'), idOf('hal')];
      expect((await api.call('POST', '/removals/reject', { userIds })).body).toEqual({ judged: 2, notHeld: [] });
      await lanes({ idle: 2, held: 1, due: 0 });
      expect((await api.call('POST', '/removals/approve', { all: true })).body).toEqual({ judged: 1, notHeld: [] });
      await lanes({ idle: 3, held: 0, due: 0 });
      const leads = await service.leads();
      const stateOf = (name: string) => leads.find(({ Email }) => Email === `${name}@example.com`)?.['Status'];
      expect(['eva', 'fay', 'gil', 'hal'].map(stateOf)).toEqual([
        'Closed - Not Converted',
        'Open - Not Contacted',
        'Closed - Not Converted',
        'Open - Not Contacted',
      ]);
    });
  });

  describe('reconcile', () => {
    const over = (): Promise<Record<string, unknown>> =>
      eventually(async () => {
        const run = (await api.call('GET', '/reconcile')).body['run'] as Record<string, unknown> | undefined;
        return run && run['state'] !== 'running' ? run : undefined;
      });
    /** As somebody does by hand in Salesforce. */
    const changeLead = async (id: string, fields: object): Promise<void> => {
      const form = new URLSearchParams({
        grant_type: 'password',
        client_id: 'client-id-of-test',
        client_secret: 'client-secret-of-test',
        username: 'integration@example.com',
        password: 'salesforce-password-of-test',
      });
      const login = await fetch(`${service.sandbox.url}/services/oauth2/token`, { method: 'POST', body: form });
      const { access_token: token } = (await login.json()) as { access_token: string };
      const { status: code } = await fetch(`${service.sandbox.url}/services/data/v67.0/sobjects/Lead/${id}`, {
        method: 'PATCH',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify(fields),
      });
      expect(code).toBe(204);
    };
    const lastName = async (name: string): Promise<unknown> =>
      (await service.leads()).find(({ Email }) => Email === `${name}@example.com`)?.['LastName'];

    beforeAll(async () => {
      await emptied();
      await create('ida');
      await create('jan');
      await lanes({ idle: 2, due: 0 });
    });

    it('finds what somebody changed in Salesforce, and leaves it; once, of two that ask at once', async () => {
      expect((await api.call('GET', '/reconcile/findings')).body).toEqual({ findings: [] });
      const lead = (await service.leads()).find(({ Email }) => Email === 'ida@example.com');
      await changeLead(String(lead?.['Id']), { LastName: 'Changed' });
      const both = await Promise.all([1, 2].map(() => api.call('POST', '/reconcile', { mode: 'full' })));
      expect(both.map(({ status: code }) => code).sort()).toEqual([200, 409]);
      expect(await over()).toMatchObject({
        state: 'completed',
        mode: 'full',
        repair: false,
        actor: 'admin:admin',
        needsAttention: true,
        report: { counts: { drifted: 1, unchanged: 1 }, repaired: 0, fields: [{ name: 'LastName', leads: 1 }] },
      });
      expect((await api.call('GET', '/reconcile/findings?kind=drifted')).body['findings']).toMatchObject([
        { kind: 'drifted', leadId: lead?.['Id'], fields: ['LastName'] },
      ]);
      expect((await api.call('GET', '/reconcile/findings?kind=missing')).body['findings']).toEqual([]);
      expect(await lastName('ida')).toBe('Changed');
    });

    it('with repair makes it due, and it is put right', async () => {
      expect((await api.call('POST', '/reconcile', { repair: true })).status).toBe(200);
      expect(await over()).toMatchObject({ state: 'completed', needsAttention: false, report: { repaired: 1 } });
      await eventually(async () => ((await lastName('ida')) === 'ida' ? true : undefined));
    });

    it('is stopped when somebody says so, and there is nothing to stop after', async () => {
      const slow = { match: { path: '/query' }, times: 1, action: { delayMs: 2_500 } };
      await fetch(`${service.sandbox.url}/sandbox/faults`, { method: 'POST', body: JSON.stringify([slow]) });
      await api.call('POST', '/reconcile', {});
      expect((await api.call('POST', '/reconcile/cancel')).body).toEqual({ stopping: true });
      expect(await over()).toMatchObject({ state: 'stopped' });
      expect((await api.call('POST', '/reconcile/cancel')).body).toEqual({ stopping: false });
    });

    it.each([{ mode: 'some' }, { repair: 1 }, { dryRun: true }])('refuses %j', async (body) => {
      expect((await api.call('POST', '/reconcile', body)).status).toBe(400);
    });
  });

  it.each(['/reconcile', '/reconcile/cancel', '/pause', '/resume', '/users/x/push'])(
    'POST %s takes admin:operate',
    async (path) => {
      expect((await api.call('POST', path, undefined, READER)).status).toBe(403);
    },
  );

  it('was asked all that routes.test.ts and throughput.test.ts leave to it, and answered as described', () => {
    const here = ON_CALL.filter((one) => one !== 'readThroughput');
    expect(here.filter((one) => !api.seen.has(`${one} 200`))).toEqual([]);
  });
});
