/** Starts servers under test, each pinned to the first core where the system can; the generator has the rest. */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

const canPin = spawnSync('taskset', ['-V']).status === 0;

/** Moves this process, and the unpinned ones that it starts, off the core of the server under test. */
export function leaveFirstCore() {
  if (canPin) spawnSync('taskset', ['-a', '-cp', '1', String(process.pid)]);
}

/** In an environment and a folder where nothing but `environment` configures it. */
function start(args, environment, pin) {
  const folder = mkdtempSync(join(tmpdir(), 'scim-bench-'));
  const command = pin && canPin ? ['taskset', '-c', '0', process.execPath, ...args] : [process.execPath, ...args];
  const child = spawn(command[0], command.slice(1), { cwd: folder, env: { PATH: process.env.PATH, ...environment } });
  const exited = new Promise((resolve) => child.once('close', resolve));
  return { child, exited, folder };
}

/** Runs a program to its end with `lines` as its input. */
export async function runWithInput(args, lines, environment = {}) {
  const { child, exited, folder } = start(args, environment, true);
  let output = '';
  child.stderr.on('data', (chunk) => (output += chunk));
  child.stdout.resume();
  await pipeline(Readable.from(lines), child.stdin).catch((error) => (output += error));
  const code = await exited;
  rmSync(folder, { recursive: true });
  if (code !== 0) throw new Error(`${args.join(' ')} ended with ${code}:\n${output}`);
}

/** @returns {Promise<{url: string, pid: number, stop: () => Promise<void>}>} once `pattern` was printed; its first group is the URL */
export async function startProcess(args, pattern, environment = {}, { pin = true } = {}) {
  const { child, exited, folder } = start(args, environment, pin);
  const url = await new Promise((resolve, reject) => {
    let output = '';
    const read = (chunk) => {
      output += chunk;
      const match = pattern.exec(output);
      if (match) resolve(match[1]);
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    child.once('close', () => reject(new Error(`ended before it was ready:\n${output}`)));
  });
  const stop = async () => {
    child.kill('SIGKILL');
    await exited;
    rmSync(folder, { recursive: true });
  };
  return { url, pid: child.pid, stop };
}
