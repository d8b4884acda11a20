/** How the Salesforce stand-in is started and stopped. */
import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import type { SandboxConfig } from './config.ts';
import { Org, type RecordWrite } from './org.ts';
import { buildServer } from './server.ts';
import { readSnapshot, SnapshotFile, type KeptSnapshot, type Memory } from './snapshot-file.ts';

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
  /** A file in which the records outlive the process; without one they do not. */
  readonly file?: string;
  /** Told when the file could not be written; it is tried again at the next change, and at the end. */
  readonly onFileError?: (error: unknown) => void;
}

export interface Sandbox {
  /** http://127.0.0.1:PORT, without a trailing slash. */
  readonly url: string;
  /** What of an earlier process it began with. */
  readonly memory: Memory;
  /** Answers what it has begun, and saves what is not saved yet. */
  close(): Promise<void>;
}

/** The file says from the beginning that it is not the last word: a process that is killed leaves it so. */
async function keepFile(org: Org, path: string, onError: (error: unknown) => void): Promise<SnapshotFile> {
  const file = new SnapshotFile(path, () => org.takeSnapshot(), onError);
  org.onChange = () => file.markStale();
  await file.save();
  return file;
}

function memoryOf(snapshot: KeptSnapshot | null): Memory {
  if (snapshot === null) return 'none';
  return snapshot.isFinal ? 'whole' : 'partial';
}

/** A stand-in that could not start leaves no server behind. */
const closing =
  (app: FastifyInstance) =>
  async (error: unknown): Promise<never> => {
    await app.close();
    throw error;
  };

/**
 * Starts the stand-in on loopback.
 *
 * @throws when the port is taken, a switch is bad, or the file is none of its own
 */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const { host = '127.0.0.1', port = 0, now = () => new Date(), file: path, onFileError = () => undefined } = options;
  const snapshot = path === undefined ? null : await readSnapshot(path);
  const org = new Org({ ...options, now, snapshot });
  const app = buildServer(org);
  await app.listen({ host, port });
  // Only who has the port may write: a second process on the same file has not.
  const file = path === undefined ? null : await keepFile(org, path, onFileError).catch(closing(app));
  // Safe: a listening TCP server has an AddressInfo.
  const address = app.server.address() as AddressInfo;
  org.url = `http://${host.includes(':') ? `[${host}]` : host}:${address.port}`;
  const end = async (): Promise<void> => {
    await app.close();
    await file?.close();
  };
  let ended: Promise<void> | undefined;
  const close = (): Promise<void> => (ended ??= end());
  return { url: org.url, memory: memoryOf(snapshot), close };
}
