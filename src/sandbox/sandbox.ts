/** How the Salesforce stand-in is started and stopped. */
import type { AddressInfo } from 'node:net';
import type { SandboxConfig } from './config.ts';
import { Org, type RecordWrite } from './org.ts';
import { buildServer } from './server.ts';

export interface SandboxOptions {
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** Default 0: any free port. */
  readonly port?: number;
  /** The stand-in's clock; default the system's. */
  readonly now?: () => Date;
  /** Switches that differ from the defaults; a reset comes back to them. */
  readonly config?: Partial<SandboxConfig>;
  /** Told of every record that API calls save or delete, in the order in which that happens; must not throw. */
  readonly onWrite?: (write: RecordWrite) => void;
}

export interface Sandbox {
  /** http://127.0.0.1:PORT, without a trailing slash. */
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Starts the stand-in on loopback.
 *
 * @throws when the port is taken or a switch is bad
 */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const host = options.host ?? '127.0.0.1';
  const org = new Org(options.config ?? {}, options.now ?? (() => new Date()), options.onWrite);
  const app = buildServer(org);
  await app.listen({ host, port: options.port ?? 0 });
  // Safe: a listening TCP server has an AddressInfo.
  const { port } = app.server.address() as AddressInfo;
  org.url = `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
  return { url: org.url, close: () => app.close() };
}
