/** Records that outlive the process, in a file. */
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeEach, describe, expect, it } from '@jest/globals';
import { startSandbox } from '../../src/sandbox/sandbox.ts';
import { start, type Client, type Json } from './support.ts';

/** Waits for what happens a moment later. */
async function until(check: () => boolean): Promise<void> {
  for (let tries = 0; !check(); tries++) {
    if (tries === 250) throw new Error('did not happen within 5 s');
    await sleep(20);
  }
}

describe('a file', () => {
  const folders: string[] = [];
  let folder = '';
  let file = '';

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'sandbox-'));
    folders.push(folder);
    file = join(folder, 'deep', 'org.json');
  });

  // Stand-ins that a test leaves open save once more when they are closed after it.
  afterAll(() => {
    for (const each of folders) rmSync(each, { recursive: true });
  });

  const read = async ({ send }: Client, id: string): Promise<Json> =>
    (await send('GET', `/sobjects/Lead/${id}`)).json as Json;

  const savedNames = (): unknown[] => {
    if (!existsSync(file)) return [];
    const { records } = JSON.parse(readFileSync(file, 'utf8')) as { records: { Lead: Json[] } };
    return records.Lead.map(({ Name }) => Name);
  };

  it('brings back records, those in the recycle bin and users as they were', async () => {
    const before = await start({ file });
    const id = await before.createLead({ SCIM_Id__c: 'u1', DoNotCall: true });
    await before.send('PATCH', `/sobjects/Lead/${id}`, { Status: null });
    const gone = await before.createLead();
    await before.send('DELETE', `/sobjects/Lead/${gone}`);
    await before.send('POST', '/sobjects/Campaign', { Name: 'Spring' });
    const lead = await read(before, id);
    await before.close();

    const after = await start({ file });
    expect(await read(after, id)).toEqual(lead);
    expect(lead['Status']).toBeNull();
    expect((await after.send('GET', `/sobjects/Lead/${gone}`)).json).toMatchObject([
      { errorCode: 'ENTITY_IS_DELETED' },
    ]);
    expect(await after.query("SELECT Name FROM Campaign WHERE Name = 'Spring'")).toHaveLength(1);
    expect(await after.query("SELECT Id FROM User WHERE Username = 'a@b.example'")).toEqual([
      expect.objectContaining({ Id: lead['CreatedById'] }),
    ]);
    expect((await after.send('PATCH', '/sobjects/Lead/SCIM_Id__c/u1', { Title: 'x' })).status).toBe(200);
    expect(await after.query('SELECT Id FROM Group')).toHaveLength(1);
  });

  it('gives no id twice, even when it starts again within the same second', async () => {
    const now = () => new Date('2026-03-04T05:06:07Z');
    const ids = new Set<string>();
    for (let run = 0; run < 3; run++) {
      const client = await start({ file, now });
      ids.add(await client.createLead());
      await client.close();
    }
    expect(ids.size).toBe(3);
  });

  it('is written a moment after a change, readable for its owner alone, and as a whole', async () => {
    const { createLead } = await start({ file });
    await createLead({ LastName: 'Roe' });
    await until(() => savedNames().length > 0);
    expect(savedNames()).toEqual(['Roe']);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readdirSync(join(folder, 'deep'))).toEqual(['org.json']);
  });

  it('does not hold what was taken back', async () => {
    const client = await start({ file });
    const records = [
      { attributes: { type: 'Lead' }, LastName: 'A', Company: 'Acme' },
      { attributes: { type: 'Lead' } },
    ];
    await client.send('POST', '/composite/sobjects', { allOrNone: true, records });
    await client.createLead({ LastName: 'B' });
    await client.close();
    expect(savedNames()).toEqual(['B']);
  });

  it('is emptied by a reset', async () => {
    const client = await start({ file });
    await client.createLead();
    await client.raw('POST', '/sandbox/reset');
    await client.close();
    expect(savedNames()).toEqual([]);
  });

  it('tells whether there was one, and whether its process was killed', async () => {
    const memories: string[] = [];
    const begin = async (path: string) => {
      const sandbox = await startSandbox({ file: path });
      memories.push(sandbox.memory);
      return sandbox;
    };
    const first = await begin(file);
    const killed = join(folder, 'killed.json');
    copyFileSync(file, killed);
    await first.close();
    await (await begin(file)).close();
    await (await begin(killed)).close();
    await (await begin(killed)).close();
    expect(memories).toEqual(['none', 'whole', 'partial', 'whole']);
  });

  it('takes in a record of an org that had other fields', async () => {
    const before = await start({ file, config: { externalIdField: 'Other__c' } });
    const id = await before.createLead({ Other__c: 'x' });
    await before.close();
    const after = await start({ file, config: { stateCountryPicklists: true } });
    expect(await read(after, id)).toMatchObject({ SCIM_Id__c: null, CountryCode: null, LastName: 'Doe' });
  });

  it.each([
    ['no JSON', 'hello'],
    ['other JSON', '{"records":{}}'],
    ['rows without ids', '{"format":1,"bornAt":1,"isFinal":true,"records":{"Lead":[{}]}}'],
  ])('that holds %s is refused and left alone', async (_title, text) => {
    mkdirSync(join(folder, 'deep'));
    writeFileSync(file, text);
    await expect(startSandbox({ file })).rejects.toThrow(`${file} holds no records of a stand-in`);
    expect(readFileSync(file, 'utf8')).toBe(text);
  });

  it('that cannot be written at all keeps the stand-in from starting', async () => {
    writeFileSync(join(folder, 'deep'), 'in the way');
    await expect(startSandbox({ file })).rejects.toMatchObject({ code: 'ENOTDIR' });
  });

  it('that cannot be written later is told, and tried again at the end', async () => {
    const errors: unknown[] = [];
    const sandbox = await startSandbox({
      file: join(folder, 'later', 'org.json'),
      onFileError: (error) => errors.push(error),
    });
    rmSync(join(folder, 'later'), { recursive: true });
    writeFileSync(join(folder, 'later'), 'in the way');
    await fetch(`${sandbox.url}/sandbox/reset`, { method: 'POST' });
    await until(() => errors.length > 0);
    expect(errors).toMatchObject([{ code: expect.stringMatching(/EEXIST|ENOTDIR/) }]);
    rmSync(join(folder, 'later'));
    await sandbox.close();
    expect(existsSync(join(folder, 'later', 'org.json'))).toBe(true);
  });
});
