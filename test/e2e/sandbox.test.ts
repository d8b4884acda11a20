/** The stand-in as people run it: by command and flags, and embedded with a file of its own. */
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { freePort } from '../support/free-port.ts';
import { newFolder, runProgram, whenReady, type Program } from '../support/process.ts';
import { eventually, request } from '../support/service.ts';

type Lead = Record<string, unknown>;

const programs: Program[] = [];

afterEach(async () => {
  for (const { child, exited } of programs.splice(0)) {
    child.kill('SIGKILL');
    await exited;
  }
});

const run = (environment: Record<string, string>, args: readonly string[], cwd?: string): Program => {
  const program = runProgram(environment, args, cwd);
  programs.push(program);
  return program;
};

const urlOf = (program: Program, pattern: RegExp): Promise<string> =>
  eventually(async () => pattern.exec(program.stdout())?.[1]);

const stop = async ({ child, exited }: Program): Promise<void> => {
  child.kill('SIGTERM');
  expect(await exited).toBe(0);
};

const getJson = async <T>(url: string): Promise<T> => (await fetch(url)).json() as Promise<T>;

describe('scim-salesforce sandbox', () => {
  const standIn = (program: Program) => urlOf(program, /stand-in: (http\S+)/);

  it('starts with the port, the file and the switches that flags give, and keeps its records', async () => {
    const folder = newFolder();
    const flags = [
      'sandbox',
      '--port',
      '0',
      '--file',
      'org.json',
      '--set',
      'duplicateRule=block',
      '--set',
      'latencyMs=1',
    ];
    const first = run({ SANDBOX_PORT: '1' }, flags, folder);
    const url = await standIn(first);
    expect(await getJson(`${url}/sandbox/config`)).toMatchObject({ duplicateRule: 'block', latencyMs: 1 });
    const login = new URLSearchParams({ grant_type: 'password', client_id: 'a', username: 'b', password: 'c' });
    const token = await fetch(`${url}/services/oauth2/token`, { method: 'POST', body: login });
    const { access_token: accessToken } = (await token.json()) as { access_token: string };
    await fetch(`${url}/services/data/v67.0/sobjects/Lead`, {
      method: 'POST',
      headers: { authorization: `Bearer ${accessToken}`, 'content-type': 'application/json' },
      body: JSON.stringify({ LastName: 'Doe', Company: 'Acme' }),
    });
    await stop(first);
    const second = run({}, ['sandbox', '--port', '0', '--file', 'org.json'], folder);
    expect(await getJson(`${await standIn(second)}/sandbox/records/Lead`)).toMatchObject([{ LastName: 'Doe' }]);
    expect(second.stdout()).toContain('records of an earlier run');
  });

  it.each([
    ['an unknown switch', ['--set', 'speed=1'], 'speed: unknown switch'],
    ['a bad value', ['--set', 'rowLockRate=2'], 'rowLockRate: must be a number from 0 to 1'],
    ['no value', ['--set', 'rowLockRate'], '--set rowLockRate: must be switch=value'],
  ])('ends with 2 on %s', async (_title, args, message) => {
    const program = run({}, ['sandbox', '--port', '0', ...args]);
    expect([await program.exited, program.stderr()]).toEqual([2, expect.stringContaining(message)]);
  });

  it.each([
    ['a port that is none', ['--port', 'x'], 'SANDBOX_PORT must be a whole number'],
    ['a file of another kind', ['--port', '0', '--file', process.execPath], 'holds no records of a stand-in'],
  ])('ends with 1 on %s', async (_title, args, message) => {
    const program = run({}, ['sandbox', ...args]);
    expect([await program.exited, program.stderr()]).toEqual([1, expect.stringContaining(message)]);
  });
});

describe('the embedded stand-in', () => {
  const leadsOf = (program: Program): Promise<string> => urlOf(program, /Salesforce\s+(http\S+)/);

  async function startEmbedded(folder: string, environment: Record<string, string>) {
    const program = run({ PORT: '0', LOG_LEVEL: 'warn', ...environment }, [], folder);
    return { program, scim: await whenReady(program), salesforce: await leadsOf(program) };
  }

  const oneLead = (salesforce: string): Promise<Lead> =>
    eventually(async () => (await getJson<Lead[]>(`${salesforce}/sandbox/records/Lead`))[0]);

  const robin = { schemas: [], userName: 'Robin', emails: ['robin@wso2.com'] };

  it('has with SANDBOX_FILE the same Lead after a restart, and nothing is sent again', async () => {
    const folder = newFolder();
    const environment = { SANDBOX_FILE: join(folder, 'org.json'), SANDBOX_PORT: String(await freePort()) };
    const first = await startEmbedded(folder, environment);
    await request(`${first.scim}/Users`, 'POST', robin);
    const lead = await oneLead(first.salesforce);
    await stop(first.program);
    const second = await startEmbedded(folder, environment);
    expect(await oneLead(second.salesforce)).toEqual(lead);
    await request(`${second.scim}/Users`, 'POST', { ...robin, userName: 'Jay', emails: ['jay@wso2.com'] });
    await eventually(async () =>
      (await getJson<Lead[]>(`${second.salesforce}/sandbox/records/Lead`)).length === 2 ? true : undefined,
    );
    expect(await getJson(`${second.salesforce}/sandbox/calls`)).toMatchObject({ rows: { created: 1, updated: 0 } });
  });

  it('makes its Leads anew when it has no file', async () => {
    const folder = newFolder();
    const environment = { SANDBOX_PORT: String(await freePort()) };
    const first = await startEmbedded(folder, environment);
    await request(`${first.scim}/Users`, 'POST', robin);
    const lead = await oneLead(first.salesforce);
    await stop(first.program);
    const second = await startEmbedded(folder, environment);
    const anew = await oneLead(second.salesforce);
    expect([anew['SCIM_Id__c'], anew['Id'] === lead['Id']]).toEqual([lead['SCIM_Id__c'], false]);
  });
});
