/** Whether a request can be kept from the server at the last moment, on new connections and on those that are used again. */
import { Agent as HttpAgent, createServer, type ClientRequest, type Server } from 'node:http';
import { Agent as HttpsAgent, createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { HttpsProxyAgent } from 'hpagent';
import { beforeWriting } from '../../src/salesforce/before-writing.ts';
import { startConnectProxy, type ConnectProxy } from '../support/connect-proxy.ts';
import { selfSigned } from '../support/self-signed.ts';

const known = new WeakSet<Socket>();

function connectionOf({ socket }: ClientRequest): string {
  if (!socket || socket.connecting || (socket instanceof TLSSocket && !socket.authorized)) return 'not ready';
  if (known.has(socket)) return 'used again';
  known.add(socket);
  return 'new';
}

describe.each([
  { title: 'http', protocol: 'http:', isTunnelled: false, next: 'used again' },
  { title: 'https', protocol: 'https:', isTunnelled: false, next: 'used again' },
  // Node counts a tunnel only once it is open, so nobody waits for one.
  { title: 'https through a proxy', protocol: 'https:', isTunnelled: true, next: 'new' },
])('before a request is written by $title', ({ protocol, isTunnelled, next }) => {
  let server: Server;
  let agent: HttpAgent;
  let proxy: ConnectProxy;
  let requests: number;
  let ca: string;

  beforeEach(async () => {
    requests = 0;
    const pair = await selfSigned();
    ca = pair.cert;
    server = protocol === 'https:' ? createTlsServer(pair) : createServer();
    server.on('request', (_, response) => {
      requests += 1;
      response.end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    proxy = await startConnectProxy();
    const options = { keepAlive: true, maxSockets: 1 };
    if (isTunnelled) agent = new HttpsProxyAgent({ ...options, proxy: proxy.url });
    else agent = new (protocol === 'https:' ? HttpsAgent : HttpAgent)(options);
  });

  afterEach(async () => {
    agent.destroy();
    expect(proxy.tunnels.length > 0).toBe(isTunnelled);
    await proxy.close();
    await new Promise((resolve) => server.close(resolve));
  });

  /** @returns what the connection was like whenever it was asked before the request ended */
  function post(isWanted: boolean): Promise<readonly string[]> {
    const { port } = server.address() as AddressInfo;
    const asked: string[] = [];
    return new Promise((resolve) => {
      const transport = beforeWriting(() => {
        asked.push(connectionOf(request));
        if (!isWanted) request.destroy();
      });
      const options = { protocol, host: '127.0.0.1', port, method: 'POST', agent, ca };
      const request = transport.request(options, (response) => response.resume());
      request.on('error', () => undefined).on('close', () => resolve(asked));
      request.end('a body');
    });
  }

  it('it can be kept from a connection that was just made', async () => {
    expect(await post(false)).toEqual(['new']);
    expect(await post(true)).toEqual(['new']);
    expect(requests).toBe(1);
  });

  it('it can be kept from a connection that is used again', async () => {
    await post(true);
    expect(await post(true)).toEqual(['used again']);
    expect(await post(false)).toEqual(['used again']);
    expect(requests).toBe(2);
  });

  it('it can be kept from a connection that is wanted by two at once', async () => {
    const both = await Promise.all([post(true), post(false)]);
    expect(both).toEqual([['new'], [next]]);
    expect(requests).toBe(1);
  });
});
