/** Whether the replay is one: what goes over the wire is what was recorded, to the byte and to the connection. */
import { createServer, type AddressInfo, type Server } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { FLOWS, replay, type Flow } from './replay.ts';

const ROBIN = '{"totalResults":1,"Resources":[{"id":"id-of-robin"}]}';
const ANSWER = `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${ROBIN.length}\r\n\r\n${ROBIN}`;

describe('the replay of WSO2 Identity Server', () => {
  let server: Server;
  let connections: string[];

  beforeEach(async () => {
    connections = [];
    server = createServer((socket) => {
      const at = connections.push('') - 1;
      socket.on('data', (bytes) => {
        connections[at] = `${connections[at] ?? ''}${bytes.toString()}`;
        socket.write(ANSWER);
      });
      socket.on('error', () => undefined);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterEach(() => new Promise((resolve) => server.close(resolve)));

  const host = (): string => `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const flowNamed = (name: string): Flow => {
    const flow = FLOWS.find((one) => one.name === name);
    if (!flow) throw new Error(`there is no flow ${name}`);
    return flow;
  };
  const sentBy = async (flow: string): Promise<readonly string[]> => {
    await replay(`http://${host()}`, flowNamed(flow), new Map());
    return connections;
  };

  const basic = 'Authorization: Basic YWRtaW46YWRtMW46cHc=';
  const kept = ['Connection: Keep-Alive', 'Accept-Encoding: gzip,deflate'];
  const message = (lines: readonly string[], body = ''): string => `${lines.join('\r\n')}\r\n\r\n${body}`;

  it('sends a create of the SCIM 2.0 connector as it was', async () => {
    const body = '{"emails":["robin@wso2.com"],"password":"robin123","schemas":[],"userName":"Robin"}';
    const type = ['Accept: */*', 'Content-Type: application/scim+json', 'User-Agent: wso2/scim2/client'];
    const head = ['POST /scim2/Users HTTP/1.1', basic, ...type, 'Content-Length: 83', `Host: ${host()}`, ...kept];
    expect(await sentBy('2.0 user create tutorial')).toEqual([message(head, body)]);
  });

  it('sends the look-up of a SCIM 2.0 user and its DELETE over one connection', async () => {
    const type = ['Content-Type: application/json', 'User-Agent: wso2/scim2/client', `Host: ${host()}`, ...kept];
    const target = 'GET /scim2/Users?filter=userName%20Eq%20robin&startIndex=1&count=1 HTTP/1.1';
    const deletes = 'DELETE /scim2/Users/id-of-robin HTTP/1.1';
    expect(await sentBy('2.0 user delete')).toEqual([
      message([target, basic, ...type]) + message([deletes, basic, 'Accept: */*', ...type]),
    ]);
  });

  it('sends a create of the SCIM 1.1 connector as it was: no Accept, no Connection', async () => {
    const body = '{"schemas":["urn:scim:schemas:core:1.0"],"name":{"familyName":"Žižek zoë"},"userName":"zoë"}';
    const head = ['POST /wso2/scim/Users HTTP/1.1', basic, 'User-Agent: Jakarta Commons-HttpClient/3.1'];
    const type = [`Host: ${host()}`, `Content-Length: ${Buffer.byteLength(body)}`, 'Content-Type: application/json'];
    expect(await sentBy('1.1 user create unicode')).toEqual([message([...head, ...type], body)]);
  });

  it.each([
    ['1.1 user delete raw percent', '50%'],
    ['1.1 user delete raw reserved', 'a+b&c=d'],
  ])('sends a name of SCIM 1.1 raw, each request over its own connection: %s', async (flow, name) => {
    const rest = [basic, 'User-Agent: Jakarta Commons-HttpClient/3.1', `Host: ${host()}`];
    expect(await sentBy(flow)).toEqual([
      message([`GET /wso2/scim/Users?filter=userName%20Eq%20${name} HTTP/1.1`, ...rest]),
      message(['DELETE /wso2/scim/Users/id-of-robin HTTP/1.1', ...rest]),
    ]);
  });

  it('has every recorded exchange', () => {
    const count = (protocol: string): number[] => {
      const flows = FLOWS.filter(({ name }) => name.startsWith(protocol));
      return [flows.length, flows.flatMap(({ steps }) => steps).length];
    };
    expect([count('2.0'), count('1.1')]).toEqual([
      [35, 65],
      [20, 37],
    ]);
  });
});
