/** A network that lets nobody out but through a proxy: Salesforce by TLS, within tunnels. */
import { request as forward } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { startSandbox, type Sandbox } from '../../src/sandbox/sandbox.ts';
import { startConnectProxy, type ConnectProxy } from '../support/connect-proxy.ts';
import { newFolder, runProgram, SALESFORCE_LOGIN, whenReady, type Program } from '../support/process.ts';
import { selfSigned } from '../support/self-signed.ts';
import { eventually, request } from '../support/service.ts';

const LOGIN = 'svc:correct-horse';

describe('behind a proxy', () => {
  let sandbox: Sandbox;
  let frontEnd: Server;
  let proxy: ConnectProxy;
  let program: Program;
  let environment: Record<string, string>;

  beforeEach(async () => {
    sandbox = await startSandbox({ port: 0 });
    const pair = await selfSigned();
    frontEnd = await startFrontEnd(pair, sandbox);
    proxy = await startConnectProxy({ login: LOGIN });
    const certificate = join(newFolder(), 'ca.pem');
    writeFileSync(certificate, pair.cert);
    const { port } = frontEnd.address() as AddressInfo;
    environment = {
      ...SALESFORCE_LOGIN,
      PORT: '0',
      LOG_LEVEL: 'warn',
      SALESFORCE_LOGIN_URL: `https://127.0.0.1:${port}`,
      NODE_EXTRA_CA_CERTS: certificate,
    };
  });
  afterEach(async () => {
    program.child.kill('SIGKILL');
    await program.exited;
    await proxy.close();
    frontEnd.closeAllConnections();
    await new Promise((resolve) => frontEnd.close(resolve));
    await sandbox.close();
  });

  const start = async (httpsProxy: string): Promise<string> => {
    program = runProgram({ ...environment, HTTPS_PROXY: httpsProxy });
    return whenReady(program);
  };
  const status = async (scim: string): Promise<Record<string, unknown>> =>
    (await request(`${new URL(scim).origin}/admin/api/status`, 'GET')).body;

  it('Leads come through tunnels of the proxy, which are kept and used again', async () => {
    const scim = await start(proxy.url);
    for (let user = 1; user <= 5; user += 1) {
      await request(`${scim}/Users`, 'POST', { userName: `u${user}`, name: { familyName: 'Hood' } });
      await eventually(async () => ((await leadsOf(sandbox)) === user ? true : undefined));
    }
    // Describe and limits are asked beside the first login and Lead.
    expect(proxy.tunnels.length).toBeLessThanOrEqual(4);
    expect(new Set(proxy.tunnels)).toEqual(new Set([new URL(environment['SALESFORCE_LOGIN_URL'] ?? '').host]));
  });

  it('one that wants a login is told of, with what to do', async () => {
    const scim = await start(proxy.url.replace(`${LOGIN}@`, ''));
    await request(`${scim}/Users`, 'POST', { userName: 'robin', name: { familyName: 'Hood' } });
    const gate = await eventually(async () => {
      const { state, ...told } = (await status(scim))['gate'] as Record<string, unknown>;
      return state === 'open' ? undefined : told;
    });
    expect(gate).toMatchObject({
      class: 'outage',
      reason: 'PROXY_REFUSED: the proxy answered 407',
      hint: expect.stringContaining('Check HTTPS_PROXY, with its login where the answer is 407'),
    });
    expect(proxy.tunnels).toEqual([]);
  });
});

/** What stands before the servers of an org and ends TLS. */
async function startFrontEnd(pair: { readonly key: string; readonly cert: string }, sandbox: Sandbox): Promise<Server> {
  const server = createServer(pair, (incoming, outgoing) => {
    const { method, url: path, headers } = incoming;
    const { hostname, port } = new URL(sandbox.url);
    const onward = forward(
      { hostname, port, method, path, headers: { ...headers, 'x-forwarded-proto': 'https' } },
      (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
      },
    );
    incoming.pipe(onward);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

const leadsOf = async ({ url }: Sandbox): Promise<number> =>
  ((await (await fetch(`${url}/sandbox/records/Lead`)).json()) as unknown[]).length;
