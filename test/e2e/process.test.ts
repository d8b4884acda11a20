import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { get } from 'node:https';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { startSandbox, type Sandbox } from '../../src/sandbox/sandbox.ts';
import { newFolder, runProgram, SALESFORCE_LOGIN, whenReady, type Program } from '../support/process.ts';
import { selfSigned } from '../support/self-signed.ts';
import { eventually, request } from '../support/service.ts';

describe('the process', () => {
  const programs: Program[] = [];
  const sandboxes: Sandbox[] = [];

  afterEach(async () => {
    for (const { child, exited } of programs.splice(0)) {
      child.kill('SIGKILL');
      await exited;
    }
    for (const sandbox of sandboxes.splice(0)) await sandbox.close();
  });

  const run = (environment: Record<string, string>, args?: readonly string[], cwd?: string): Program => {
    const program = runProgram({ PORT: '0', LOG_LEVEL: 'warn', ...environment }, args, cwd);
    programs.push(program);
    return program;
  };
  const newSandbox = async (): Promise<Sandbox> => {
    const sandbox = await startSandbox({ port: 0 });
    sandboxes.push(sandbox);
    return sandbox;
  };
  const freePort = (): Promise<number> =>
    new Promise((resolve) => {
      const server = createServer().listen(0, '127.0.0.1', () => {
        const address = server.address();
        server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
      });
    });

  it('serves with nothing configured: embedded database, embedded stand-in, and a curl to try', async () => {
    const port = await freePort();
    const program = run({ SANDBOX_PORT: String(port) });
    const scim = await whenReady(program);
    expect(program.stdout()).toContain(`${scim}/Users`);
    const { status } = await request(`${scim}/Users`, 'POST', {
      schemas: [],
      userName: 'Robin',
      password: 'robin123',
      emails: ['robin@wso2.com'],
    });
    expect(status).toBe(201);
    await eventually(async () => {
      const leads = (await (await fetch(`http://127.0.0.1:${port}/sandbox/records/Lead`)).json()) as unknown[];
      return leads.length === 1 ? true : undefined;
    }, 2_000);
  });

  it('warns of a misspelt key at the start, and of no value', async () => {
    const sandbox = await newSandbox();
    const program = run({
      ...SALESFORCE_LOGIN,
      SALESFORCE_LOGIN_URL: sandbox.url,
      SCIM_PASWORD: 'a-secret-all-the-same',
    });
    await whenReady(program);
    expect(program.stdout()).toContain(
      '"key":"SCIM_PASWORD","nearest":"SCIM_PASSWORD","msg":"unknown configuration key"',
    );
    expect(program.stdout()).not.toContain('a-secret-all-the-same');
  });

  it('stops on SIGTERM with exit code 0, its database closed', async () => {
    const sandbox = await newSandbox();
    const folder = newFolder();
    const environment = { ...SALESFORCE_LOGIN, SALESFORCE_LOGIN_URL: sandbox.url };
    const first = run(environment, [], folder);
    await whenReady(first);
    first.child.kill('SIGTERM');
    expect(await first.exited).toBe(0);
    await whenReady(run(environment, [], folder));
  });

  it('is not ready from SIGTERM on, serves on while it drains, and settles the batch in flight before it exits', async () => {
    const sandbox = await newSandbox();
    const folder = newFolder();
    const environment = { ...SALESFORCE_LOGIN, SALESFORCE_LOGIN_URL: sandbox.url };
    const program = run({ ...environment, DRAIN_SECONDS: '2', LOG_LEVEL: 'info' }, [], folder);
    const scim = await whenReady(program);
    const { origin } = new URL(scim);
    const status = async (path: string): Promise<number> => (await fetch(`${origin}${path}`)).status;
    const create = (userName: string) =>
      request(`${scim}/Users`, 'POST', { userName, emails: [`${userName}@example.com`] });
    const leads = async (): Promise<unknown[]> =>
      (await (await fetch(`${sandbox.url}/sandbox/records/Lead`)).json()) as unknown[];
    await create('first');
    await eventually(async () => ((await leads()).length === 1 ? true : undefined));
    const faults = [{ match: { path: '/composite/sobjects' }, times: 1, action: { delayMs: 3_000 } }];
    await request(`${sandbox.url}/sandbox/faults`, 'POST', faults, { 'content-type': 'application/json' });
    await create('in-flight');
    const isInFlight = async (): Promise<true | undefined> => {
      const [fault] = (await (await fetch(`${sandbox.url}/sandbox/faults`)).json()) as { times: number }[];
      return (fault?.times ?? 0) === 0 ? true : undefined;
    };
    await eventually(isInFlight);
    program.child.kill('SIGTERM');
    await eventually(async () => ((await status('/readyz')) === 503 ? true : undefined));
    expect(await status('/healthz')).toBe(200);
    expect((await create('while-draining')).status).toBe(201);
    expect(await program.exited).toBe(0);
    expect(program.stdout()).toMatch(/"msg":"lead delivered"/);
    await expect(fetch(origin)).rejects.toThrow('fetch failed');
    expect((await leads()).length).toBeGreaterThanOrEqual(2);
    await whenReady(run(environment, [], folder));
    await eventually(async () => ((await leads()).length === 3 ? true : undefined));
  });

  it('refuses a second process on the same database with one line and exit code 1', async () => {
    const sandbox = await newSandbox();
    const folder = newFolder();
    const environment = { ...SALESFORCE_LOGIN, SALESFORCE_LOGIN_URL: sandbox.url };
    await whenReady(run(environment, [], folder));
    const second = run(environment, [], folder);
    expect(await second.exited).toBe(1);
    expect(second.stderr().trim()).toBe(
      'scim-salesforce: the database data/scim.sqlite is in use by another process: stop that one, or give this one its own DATABASE_URL',
    );
  });

  it('refuses to serve the database of an org with the embedded stand-in, which would take its Leads for gone', async () => {
    const sandbox = await newSandbox();
    const folder = newFolder();
    const first = run({ ...SALESFORCE_LOGIN, SALESFORCE_LOGIN_URL: sandbox.url }, [], folder);
    await request(`${await whenReady(first)}/Users`, 'POST', { userName: 'robin' });
    first.child.kill('SIGTERM');
    await first.exited;
    const bare = run({}, [], folder);
    expect(await bare.exited).toBe(1);
    expect(bare.stderr()).toContain(`the Leads of this database are in the org of ${sandbox.url}. Set it, or`);
    const check = run({}, ['check'], folder);
    expect(await check.exited).toBe(1);
    expect(check.stdout()).toMatch(/^failed +database +SQLite file .*SALESFORCE_LOGIN_URL is missing/m);
  });

  it('tells why a user is parked, and tries again when asked, while the service runs', async () => {
    const sandbox = await newSandbox();
    const folder = newFolder();
    const environment = { ...SALESFORCE_LOGIN, SALESFORCE_LOGIN_URL: sandbox.url };
    const scim = await whenReady(run(environment, [], folder));
    const rule = { validationRule: { field: 'Title', value: 'Sheriff', message: 'no sheriffs' } };
    await request(`${sandbox.url}/sandbox/config`, 'PATCH', rule, { 'content-type': 'application/json' });
    await request(`${scim}/Users`, 'POST', { userName: 'guy', title: 'Sheriff', emails: ['guy@example.com'] });
    const cli = async (...args: string[]): Promise<string> => {
      const program = run(environment, args, folder);
      await program.exited;
      return program.stdout() + program.stderr();
    };
    await eventually(async () => ((await cli('show', 'guy')).includes('no sheriffs') ? true : undefined));
    await request(
      `${sandbox.url}/sandbox/config`,
      'PATCH',
      { validationRule: null },
      { 'content-type': 'application/json' },
    );
    expect(await cli('retry', 'guy')).toBe('1 user is due again\n');
    await eventually(async () => ((await cli('show', 'guy')).includes('create delivered') ? true : undefined));
    expect(await cli('retry', '--all')).toBe('0 users are due again\n');
    expect(await cli('retry')).toContain('say which user, or --code or --class, or --all');
    expect(await cli('show', 'nobody')).toContain('nothing is known of a user nobody');
  });

  it('names every fault of a wrong configuration at once and exits with 1', async () => {
    const folder = newFolder();
    writeFileSync(join(folder, 'config.json'), JSON.stringify({ PROT: 1, DATABASE_URL: 'mysql://x' }));
    const program = run(
      {
        CONFIG_FILE: 'config.json',
        PORT: 'eighty',
        HOST: '0.0.0.0',
        SALESFORCE_LOGIN_URL: 'https://login.salesforce.com',
        SCIM_BEARER_TOKENS: 'short',
      },
      [],
      folder,
    );
    expect(await program.exited).toBe(1);
    for (const fault of [
      'PROT',
      'DATABASE_URL',
      'PORT',
      'HOST',
      'SALESFORCE_CLIENT_ID',
      'SALESFORCE_USERNAME',
      'SALESFORCE_PASSWORD',
      'SCIM_BEARER_TOKENS',
    ]) {
      expect(program.stderr()).toMatch(new RegExp(`^  - .*\\b${fault}\\b`, 'm'));
    }
    expect(program.stderr()).not.toContain('    at ');
  });

  it('serves HTTPS with a certificate, and only to known clients when it is told whose to ask for', async () => {
    const sandbox = await newSandbox();
    const folder = newFolder();
    const { key, cert } = await selfSigned();
    writeFileSync(join(folder, 'key.pem'), key);
    writeFileSync(join(folder, 'cert.pem'), cert);
    const environment = {
      ...SALESFORCE_LOGIN,
      SALESFORCE_LOGIN_URL: sandbox.url,
      TLS_KEY_FILE: 'key.pem',
      TLS_CERT_FILE: 'cert.pem',
      TLS_CLIENT_CA_FILE: 'cert.pem',
    };
    const program = run(environment, [], folder);
    const url = await eventually(async () => /SCIM 2\.0\s+(https\S+)/.exec(program.stdout())?.[1]);
    const ask = (client: object): Promise<number | string> =>
      new Promise((resolve) => {
        const request = get(`${new URL(url).origin}/readyz`, { ca: cert, ...client }, (answer) => {
          answer.resume();
          resolve(answer.statusCode ?? 0);
        });
        request.on('error', (error) => resolve(error.message));
      });
    expect(await ask({ key, cert })).toBe(200);
    expect(await ask({})).not.toBe(200);
  });

  it('refuses the embedded stand-in with PostgreSQL, whose Leads may be those of an org', async () => {
    const program = run({ DATABASE_URL: 'postgres://127.0.0.1:1/scim', SANDBOX_PORT: '8090' });
    expect(await program.exited).toBe(1);
    expect(program.stderr()).toMatch(/SALESFORCE_LOGIN_URL is needed with PostgreSQL/);
  });

  it('names a port that is taken without a stack trace', async () => {
    const sandbox = await newSandbox();
    const program = run({ ...SALESFORCE_LOGIN, SALESFORCE_LOGIN_URL: sandbox.url, PORT: new URL(sandbox.url).port });
    expect(await program.exited).toBe(1);
    expect(program.stderr()).toMatch(/PORT \d+ is taken by another program/);
    expect(program.stderr()).not.toContain('    at ');
  });

  it('keeps the password out of every file it writes', async () => {
    const sandbox = await newSandbox();
    const folder = newFolder();
    const program = run({ ...SALESFORCE_LOGIN, SALESFORCE_LOGIN_URL: sandbox.url, LOG_LEVEL: 'trace' }, [], folder);
    const scim = await whenReady(program);
    const secret = 'a-password-nobody-else-has';
    const created = await request(`${scim}/Users`, 'POST', {
      userName: 'Robin',
      password: secret,
      emails: ['robin@wso2.com'],
    });
    await request(`${scim}/Users/${String(created.body['id'])}`, 'PUT', {
      userName: 'Robin',
      password: secret,
      title: 'x',
    });
    program.child.kill('SIGTERM');
    await program.exited;
    const files = readdirSync(join(folder, 'data')).map((name) => readFileSync(join(folder, 'data', name), 'latin1'));
    expect(files.some((text) => text.includes('robin@wso2.com'))).toBe(true);
    expect(files.some((text) => text.includes(secret))).toBe(false);
    expect(program.stdout() + program.stderr()).not.toContain(secret);
  });
});
