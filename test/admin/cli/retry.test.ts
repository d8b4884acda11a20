/** `retry` beside the service: parked users by error. */
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { LASTING_ENGINES, type Database } from '../../support/engines.ts';
import { eventually, startService, type TestService } from '../../support/service.ts';
import { runHere } from './support.ts';

jest.setTimeout(60_000);

describe.each(LASTING_ENGINES)('retry on $name', (engine) => {
  let database: Database;
  let service: TestService;

  beforeEach(async () => {
    database = await engine.create();
    // This mapping sends addresses as they are, so that Salesforce refuses bad ones.
    const environment = { MAPPING_FILE: 'schemas/mappings/tutorial.json' };
    service = await startService({ ...engine, create: () => Promise.resolve(database) }, environment);
  });
  afterEach(() => service.close());

  const retry = async (...args: readonly string[]): Promise<string> =>
    (await runHere({ DATABASE_URL: database.url }, ['retry', ...args])).stdout;
  const allParked = (): Promise<unknown> =>
    eventually(async () => {
      const { body } = await service.admin('GET', '/status');
      return (body['lanes'] as { parked: number }).parked === 2 ? true : undefined;
    });

  it('makes due those with one error or of one class, and no others', async () => {
    for (const userName of ['cy', 'dan'])
      await service.scim('POST', '/Users', { userName, emails: [{ value: `${userName} at nowhere`, primary: true }] });
    await allParked();
    expect(await retry('--code', 'OTHER')).toBe('0 users are due again\n');
    expect(await retry('--code', 'INVALID_EMAIL_ADDRESS', '--class', 'policy')).toBe('0 users are due again\n');
    expect(await retry('--code', 'INVALID_EMAIL_ADDRESS')).toBe('2 users are due again\n');
    await allParked();
    expect(await retry('--class', 'data')).toBe('2 users are due again\n');
    await allParked();
    expect(await retry('dan')).toBe('1 user is due again\n');
  });
});
