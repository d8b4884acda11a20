/** Which requests go through a proxy, and for how long one is waited for. */
import { get } from 'node:https';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Tunnels } from '../../src/salesforce/tunnels.ts';
import { startConnectProxy, type ConnectProxy } from '../support/connect-proxy.ts';

const ORG = 'https://acme.my.salesforce.com/services/data';

describe('the way to Salesforce', () => {
  let tunnels: Tunnels;
  let proxy: ConnectProxy;

  beforeEach(async () => {
    tunnels = new Tunnels({ keepAlive: true, timeout: 50 });
    proxy = await startConnectProxy({ refusal: 'silence' });
  });
  afterEach(async () => {
    delete process.env['HTTPS_PROXY'];
    delete process.env['NO_PROXY'];
    tunnels.destroy();
    await proxy.close();
  });

  it.each([
    ['leads nowhere else without a proxy', {}, ORG, false],
    ['leads through the proxy that HTTPS_PROXY names', { HTTPS_PROXY: 'http://proxy.example:3128' }, ORG, true],
    [
      'leads past it where NO_PROXY says so',
      { HTTPS_PROXY: 'http://proxy.example', NO_PROXY: '.salesforce.com' },
      ORG,
      false,
    ],
    ['is left to axios without TLS', { HTTPS_PROXY: 'http://proxy.example' }, 'http://127.0.0.1:8090/', false],
  ])('%s', (_what, environment, url, isTunnelled) => {
    Object.assign(process.env, environment);
    const agent = tunnels.agentFor(url);
    expect(agent !== undefined).toBe(isTunnelled);
    expect(tunnels.agentFor(url)).toBe(agent);
  });

  it('is given up where a proxy does not answer', async () => {
    process.env['HTTPS_PROXY'] = proxy.url;
    const agent = tunnels.agentFor(ORG);
    const failure = await new Promise<Error>((resolve) => get(ORG, { agent }).on('error', resolve));
    expect(failure.message).toBe('Proxy timeout');
  });
});
