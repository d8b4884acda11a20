/** What the service says of its mapping: at start where it is wrong in itself, after the first login where it does not fit the org. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { ENGINES } from '../support/engines.ts';
import { newFolder } from '../support/process.ts';
import { eventually, request, startService, type TestService } from '../support/service.ts';

const ROBIN = { userName: 'robin', emails: [{ value: 'robin@example.com' }] };
const FIELDS = { LastName: { from: 'userName' }, Company: { constant: 'Acme' }, Rating: { constant: 'Tepid' } };

describe.each(ENGINES)('the mapping is checked, on $name', (engine) => {
  let service: TestService | undefined;
  afterEach(async () => {
    await service?.close();
    service = undefined;
  });

  const mappingFile = (members: object): string => {
    const path = join(newFolder(), 'mapping.json');
    writeFileSync(path, JSON.stringify({ fields: FIELDS, ...members }));
    return path;
  };
  const start = async (members: object, environment: Record<string, string> = {}): Promise<TestService> => {
    service = await startService(engine, { MAPPING_FILE: mappingFile(members), ...environment });
    return service;
  };
  const sandbox = (running: TestService, method: string, path: string, body: unknown) =>
    request(`${running.sandbox.url}/sandbox${path}`, method, body, { 'content-type': 'application/json' });
  const logged = (running: TestService, text: string): Promise<true> =>
    eventually(() => Promise.resolve(running.log().includes(text) || undefined));

  it('and the service does not start when a test of it fails', async () => {
    const tests = [{ name: 'the company', user: { userName: 'robin' }, lead: { Company: 'Acme Ltd' } }];
    await expect(start({ tests })).rejects.toThrow(
      'the mapping does not do what its tests say: tests[0] "the company": Company: expected "Acme Ltd", got "Acme"',
    );
  });

  it('against the org after the first login: what does not fit is a warning that says what to change', async () => {
    const running = await start({});
    await sandbox(running, 'PATCH', '/config', { restrictedPicklists: ['Rating'] });
    expect(running.log()).not.toContain('does not fit');
    await running.scim('POST', '/Users', ROBIN);
    await logged(running, 'Rating has no value \\"Tepid\\": it has Hot, Warm, Cold');
    expect(running.log()).toContain('mapping does not fit the org');
  });

  it('and fits', async () => {
    const running = await start({});
    await running.scim('POST', '/Users', ROBIN);
    await logged(running, 'mapping fits the org');
  });

  it('with the next login, when Salesforce does not say what a Lead is', async () => {
    const running = await start({});
    await sandbox(running, 'POST', '/faults', [
      { match: { path: '/describe$' }, times: 1, action: { status: 503, body: '' } },
    ]);
    await running.scim('POST', '/Users', ROBIN);
    await logged(running, 'mapping not checked against the org');
    await eventually(async () => ((await running.leads()).length === 1 ? true : undefined));
    await sandbox(running, 'DELETE', '/sessions', undefined);
    await running.scim('POST', '/Users', { ...ROBIN, userName: 'tuck' });
    await logged(running, 'mapping fits the org');
  });
});
