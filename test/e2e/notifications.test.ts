/** Notifications of the whole service: what happens at Salesforce arrives at a receiver, and no secret in the log. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ENGINES } from '../support/engines.ts';
import { eventually, request, startService, type TestService } from '../support/service.ts';
import { SECRET, startReceiver, verified, type Receiver } from '../webhooks/support/receiver.ts';

describe.each(ENGINES)('notifications of a service on $name', (engine) => {
  let receiver: Receiver;
  let service: TestService;

  beforeEach(async () => {
    receiver = await startReceiver();
    const metrics = { METRICS_TOKEN: 'token-of-prometheus' };
    service = await startService(engine, { WEBHOOK_URLS: receiver.url, WEBHOOK_SECRET: SECRET, ...metrics });
  });
  afterEach(async () => {
    await service.close();
    await receiver.close();
  });

  it('tell that the gate closed and opened, count it, and log neither the secret nor the URL', async () => {
    receiver.answers.push(500);
    const body = [{ errorCode: 'SERVER_UNAVAILABLE', message: 'try later' }];
    const fault = { match: { path: '/composite' }, times: 1, action: { status: 503, body } };
    await request(`${service.sandbox.url}/sandbox/faults`, 'POST', [fault], { 'content-type': 'application/json' });
    await service.scim('POST', '/Users', { userName: 'robin', name: { familyName: 'Hood' } });
    const types = (): string[] => receiver.received.map((one) => verified(one).type);
    await eventually(async () => (types().includes('gate.opened') ? true : undefined));
    expect(types()).toEqual(['gate.closed', 'gate.closed', 'gate.opened']);
    const authorization = { authorization: 'Bearer token-of-prometheus' };
    const page = await request(`${service.app.baseUrl}/metrics`, 'GET', undefined, authorization);
    expect(page.text).toContain('scim_webhook_messages_total{outcome="failed"} 1');
    const failed = service
      .log()
      .split('\n')
      .filter((line) => line.includes('notification failed'));
    expect(failed).toHaveLength(1);
    expect(JSON.parse(failed[0] ?? '')).toMatchObject({ event: 'gate.closed', attempt: 1, status: 500 });
    expect(service.log()).not.toContain(SECRET.slice('whsec_'.length));
    expect(service.log()).not.toContain('token-in-the-url');
    const shown = await service.admin('GET', '/config');
    expect(shown.text).not.toContain('token-in-the-url');
    expect(shown.text).not.toContain(SECRET);
  });
});
