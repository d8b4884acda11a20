/** The stand-in as @salesforce/core, on which the Salesforce CLI stands, sees it: a program of its own, with a home of its own. */
import { execFile } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, describe, expect, it } from '@jest/globals';
import { start } from './support.ts';

const run = promisify(execFile);
const SCRIPT = fileURLToPath(new URL('clients/salesforce-core.mjs', import.meta.url));

interface Check {
  readonly name: string;
  readonly passed: boolean;
  readonly detail: string;
}

describe('@salesforce/core', () => {
  const homes: string[] = [];

  afterEach(() => {
    for (const home of homes.splice(0)) rmSync(home, { recursive: true });
  });

  /** It writes what it knows of orgs into the home folder. */
  async function live(url: string): Promise<Check[]> {
    const home = mkdtempSync(join(tmpdir(), 'salesforce-core-'));
    homes.push(home);
    const { privateKey } = generateKeyPairSync('rsa', {
      modulusLength: 2048,
      publicKeyEncoding: { type: 'spki', format: 'pem' },
      privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    });
    const keyFile = join(home, 'key.pem');
    writeFileSync(keyFile, privateKey);
    const env = { HOME: home, SF_AUDIENCE_URL: 'https://login.salesforce.com', SF_DISABLE_TELEMETRY: 'true' };
    const { stdout } = await run(process.execPath, [SCRIPT, url, keyFile], { env, cwd: home, timeout: 50_000 });
    // Safe: the script prints such lines and nothing else.
    return stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Check);
  }

  it('lives a client’s life: JWT login, its org, rows, pages, bulk, a lost session, refusals', async () => {
    const { url } = await start({ config: { bulkStepMs: 5 } });
    const checks = await live(url);
    expect(checks.filter(({ passed }) => !passed)).toEqual([]);
    expect(checks.map(({ name }) => name)).toEqual([
      'logs in with a jwt',
      'finds the newest version',
      'knows its org',
      'tells whether the org is a scratch org or a dev hub',
      'refreshes its authorization',
      'knows who it is',
      'lists the resources',
      'creates reads and updates',
      'finds one record',
      'fetches every page',
      'upserts',
      'describes',
      'is told what is wrong',
      'logs in again when its session is gone',
      'loads in bulk',
      'reads the limits',
      'deletes',
      'is refused a jwt of a user that there is not',
    ]);
  });
});
