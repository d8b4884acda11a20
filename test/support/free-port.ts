/** A port that nobody listens on, for servers that must know theirs before they start. */
import { createServer, type AddressInfo } from 'node:net';

export const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      // Safe: it listens on TCP.
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
