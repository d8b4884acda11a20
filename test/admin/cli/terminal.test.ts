/** What somebody made up, a name or a client, is shown on the terminal of the person on call and never obeyed by it. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { LASTING_ENGINES, type Database } from '../../support/engines.ts';
import { eventually, startService, type TestService } from '../../support/service.ts';
import { runHere, type CommandResult } from './support.ts';

/** Clears the screen, names the window, turns red, moves the cursor in one byte, turns the direction of text. */
const EVIL = '\u001b[2J\u001b]0;owned\u0007\u001b[31mroot\u009b1A\u202e\r\nFAKE';
const SHOWN = String.raw`\u001b[2J\u001b]0;owned\u0007`;
// eslint-disable-next-line no-control-regex -- what a terminal obeys, but for colours and the ends of lines
const OBEYED = /(?!\u001b\[\d{1,2}m)[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e]/;

describe.each(LASTING_ENGINES)('a name full of orders to a terminal, on $name', (engine) => {
  let service: TestService;
  let database: Database;
  beforeEach(async () => {
    database = await engine.create();
    const kept = { ...engine, create: () => Promise.resolve({ ...database, drop: () => Promise.resolve() }) };
    service = await startService(kept);
    const user = {
      userName: EVIL,
      title: EVIL,
      name: { familyName: EVIL },
      emails: [{ value: `${EVIL} is no address` }],
    };
    const { status } = await service.scim('POST', '/Users', user);
    expect(status).toBe(201);
    await eventually(async () =>
      ((await service.admin('GET', '/status')).body['lanes'] as { parked: number }).parked === 1 ? true : undefined,
    );
  });
  afterEach(async () => {
    await service.close();
    await database.drop();
  });

  const run = (args: readonly string[]): Promise<CommandResult> =>
    runHere({ DATABASE_URL: database.url, FORCE_COLOR: '1' }, args, { isTerminal: true });

  it.each([
    ['show', ['show', EVIL]],
    ['preview', ['preview', EVIL]],
    ['users', ['users']],
    ['lanes', ['lanes']],
    ['pause', ['pause', EVIL]],
    ['status', ['status']],
    ['events', ['events']],
    ['an error that quotes it', ['show', `${EVIL} nobody`]],
  ])('is shown by %s', async (_title, args) => {
    if (args[0] === 'status' || args[0] === 'events') await run(['pause', EVIL]);
    const { stdout, stderr } = await run(args);
    expect(stdout + stderr).not.toMatch(OBEYED);
    // Neither a colour nor a line of its own.
    expect(stdout + stderr).not.toContain('\u001b[31mroot');
    expect((stdout + stderr).split('\n').filter((line) => line.startsWith('FAKE'))).toEqual([]);
    if (args[0] === 'show') expect(stdout + stderr).toContain(SHOWN);
  });

  it('is whole in what scripts get, and escaped there', async () => {
    const { stdout } = await run(['users', '--json']);
    expect(stdout).not.toMatch(OBEYED);
    expect(JSON.parse(stdout)).toMatchObject({ users: [{ userName: EVIL }] });
  });
});
