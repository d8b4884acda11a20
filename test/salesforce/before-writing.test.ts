/** Whether a request can be kept from the server at the last moment, on new connections and on those that are used again. */
import { Agent as HttpAgent, createServer, type ClientRequest, type Server } from 'node:http';
import { Agent as HttpsAgent, createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { beforeWriting } from '../../src/salesforce/before-writing.ts';
import { selfSigned } from '../support/self-signed.ts';

const known = new WeakSet<Socket>();

function connectionOf({ socket }: ClientRequest): string {
  if (!socket || socket.connecting || (socket instanceof TLSSocket && !socket.authorized)) return 'not ready';
  if (known.has(socket)) return 'used again';
  known.add(socket);
  return 'new';
}

describe.each(['http:', 'https:'])('before a request is written by %s', (protocol) => {
  let server: Server;
  let agent: HttpAgent;
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
    agent = new (protocol === 'https:' ? HttpsAgent : HttpAgent)({ keepAlive: true, maxSockets: 1 });
  });

  afterEach(async () => {
    agent.destroy();
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

  it('it can be kept from a connection that it had to wait for', async () => {
    const both = await Promise.all([post(true), post(false)]);
    expect(both).toEqual([['new'], ['used again']]);
    expect(requests).toBe(1);
  });
});
