/** A forward proxy as stands before many networks: it opens tunnels by CONNECT (RFC 9110 §9.3.6) and does nothing else. */
import { createServer } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';

export interface ConnectProxy {
  /** What HTTPS_PROXY is set to, with the login. */
  readonly url: string;
  /** Where each tunnel leads that was opened. */
  readonly tunnels: readonly string[];
  close(): Promise<void>;
}

export interface ConnectProxyOptions {
  /** User name and password, `name:password`; 407 without. */
  readonly login?: string;
  /** Answers every CONNECT with this status, or with nothing at all. */
  readonly refusal?: number | 'silence';
}

export async function startConnectProxy({ login, refusal }: ConnectProxyOptions = {}): Promise<ConnectProxy> {
  const tunnels: string[] = [];
  const sockets = new Set<Socket>();
  const wanted = login === undefined ? undefined : `Basic ${Buffer.from(login).toString('base64')}`;
  const server = createServer();
  server.on('connection', (socket: Socket) => sockets.add(socket));
  server.on('connect', ({ url: authority = '', headers }, socket: Socket) => {
    socket.on('error', () => undefined);
    if (refusal === 'silence') return;
    const status = refusal ?? (headers['proxy-authorization'] === wanted ? undefined : 407);
    if (status !== undefined) {
      socket.end(`HTTP/1.1 ${status} Refused\r\ncontent-length: 0\r\n\r\n`);
      return;
    }
    tunnels.push(authority);
    const { hostname, port } = new URL(`http://${authority}`);
    const far = connect(Number(port), hostname, () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      far.pipe(socket).pipe(far);
    });
    far.on('error', () => socket.destroy()).on('close', () => socket.destroy());
    socket.on('close', () => far.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${login === undefined ? '' : `${login}@`}127.0.0.1:${port}`,
    tunnels,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}
