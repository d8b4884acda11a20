/** What commands say when TLS, or the service itself, keeps them from an answer: each with what to do about it. */
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { selfSigned } from '../../support/self-signed.ts';
import { runHere } from './support.ts';

const answer =
  (status: number, body: object): RequestListener =>
  (_request, response) =>
    response.writeHead(status, { 'content-type': 'application/problem+json' }).end(JSON.stringify(body));

const problem = (status: number, kind: string, detail: string): RequestListener =>
  answer(status, { type: `urn:scim-salesforce:params:admin:problem:${kind}`, detail });

describe('a command that cannot ask the service', () => {
  const servers: Server[] = [];
  afterEach(async () => {
    for (const server of servers.splice(0)) await new Promise((resolve) => server.close(resolve));
  });

  const listen = async (server: Server): Promise<string> => {
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return `127.0.0.1:${(server.address() as AddressInfo).port}`;
  };
  const overTls = async (): Promise<string> => listen(createTlsServer(await selfSigned(), answer(200, {})));
  const ask = async (url: string): Promise<string> => {
    const { code, stdout, stderr } = await runHere({}, ['status', '--url', url]);
    expect([code, stdout, stderr.trimEnd().split('\n')]).toEqual([1, '', [expect.any(String)]]);
    return stderr.replace(/^scim-salesforce: /, '').trimEnd();
  };

  it('says which certificate to name where it is not trusted', async () => {
    const url = `https://${await overTls()}`;
    expect(await ask(url)).toBe(
      `the certificate of ${url} is not trusted: name the certificate that it goes back to in NODE_EXTRA_CA_CERTS`,
    );
  });

  it('says to write http where no TLS is spoken', async () => {
    const url = `https://${await listen(createServer(answer(200, {})))}`;
    expect(await ask(url)).toBe(`${url} does not speak TLS: write http:// where there is no proxy in front`);
  });

  it('says that the connection broke where TLS is spoken and http is written', async () => {
    expect(await ask(`http://${await overTls()}`)).toMatch(
      /^the connection to http:\/\/\S+ broke \(\w+\): try again, or look at what is in between$/,
    );
  });

  it.each([
    [503, 'unavailable', 'the database is away', 'the database is away: try again in a moment'],
    [500, 'failed', 'something broke', 'something broke: the log of the service has more'],
    [421, 'misdirected', 'ask for localhost', 'ask for localhost'],
  ])('passes on what a service says with %i', async (status, kind, detail, said) => {
    expect(await ask(`http://${await listen(createServer(problem(status, kind, detail)))}`)).toBe(said);
  });
});
