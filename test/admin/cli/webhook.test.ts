/** `webhook test`: what each receiver answers. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { SECRET, startReceiver, verified, type Receiver } from '../../webhooks/support/receiver.ts';
import { runHere } from './support.ts';

describe('webhook test', () => {
  let receiver: Receiver;
  beforeEach(async () => {
    receiver = await startReceiver();
  });
  afterEach(() => receiver.close());

  const test = () => runHere({ WEBHOOK_URLS: receiver.url, WEBHOOK_SECRET: SECRET }, ['webhook', 'test']);

  it('sends a signed event and tells the answer', async () => {
    const { code, stdout } = await test();
    expect([code, stdout]).toEqual([0, `${new URL(receiver.url).origin}: answered 204\n`]);
    expect(receiver.received.map(verified)).toMatchObject([{ type: 'webhook.test', data: {} }]);
  });

  it('exits with 1 when the receiver refuses, and names no secret', async () => {
    receiver.answers.push(403);
    const { code, stdout, stderr } = await test();
    expect([code, stdout]).toEqual([1, `${new URL(receiver.url).origin}: answered 403\n`]);
    expect(stderr).toContain('1 of 1 did not take it: they must answer 2xx');
    expect(stdout + stderr).not.toContain('token-in-the-url');
  });

  it('says what is missing when there is nobody to send to', async () => {
    const { code, stderr } = await runHere({}, ['webhook', 'test']);
    expect([code, stderr]).toEqual([1, expect.stringContaining('WEBHOOK_URLS is not set')]);
  });
});
