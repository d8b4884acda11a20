/** What the log holds, and what it must not. */
import { describe, expect, it } from '@jest/globals';
import { createLogger, type Logger } from '../src/logger.ts';
import { StatementTimeout, StorageUnavailable } from '../src/storage/errors.ts';

type Line = Readonly<Record<string, unknown>>;

function logOf(act: (logger: Logger) => void, level = 'trace', now?: () => number): { text: string; lines: Line[] } {
  let text = '';
  act(createLogger(level, { write: (line: string) => void (text += line) }, now));
  const lines = text.split('\n').filter((line) => line !== '');
  return { text, lines: lines.map((line) => JSON.parse(line) as Line) };
}

describe('the log', () => {
  it('is a line of JSON an event, with level, time and words', () => {
    const { lines } = logOf((logger) => logger.info({ userId: 'x', attempt: 2 }, 'lead delivered'));
    expect(lines).toEqual([
      {
        level: 30,
        time: expect.stringMatching(/^\d{4}-.*Z$/) as unknown,
        userId: 'x',
        attempt: 2,
        msg: 'lead delivered',
      },
    ]);
  });

  it.each([
    ['a password', { password: 'plant' }],
    ['a header', { headers: { Authorization: 'Bearer plant' } }],
    ['a token of Salesforce', { answer: { body: { access_token: 'plant' } } }],
    ['the secret of a client', { options: { auth: { clientSecret: 'plant' } } }],
    ['a userName', { user: { userName: 'plant' } }],
    ['a name', { user: { name: { familyName: 'plant' } } }],
    ['e-mail addresses', { user: { emails: [{ value: 'plant' }] } }],
    ['fields of a Lead', { write: [{ fields: { LastName: 'plant', Email: 'plant', Phone: 'plant' } }] }],
    ['an address in a text', { reason: 'INVALID_EMAIL_ADDRESS: plant@example.com is invalid' }],
    ['an address in a list of texts', { faults: ['no such user: o.plant+x@mail.example.com'] }],
    ['the password of a database', { url: 'postgres://scim:plant@db.example.com/scim' }],
    ['an address in an error', { err: new Error('plant@example.com is taken') }],
    ['what an error quotes beside its message', { err: Object.assign(new Error('x'), { detail: 'Key (v)=(plant)' }) }],
    ['a body that is no JSON', { err: jsonError('{"userName": plant}') }],
    ['the cause of an error', { err: new Error('x', { cause: new Error('plant@example.com') }) }],
    ['an error that is not called err', { failure: { error: Object.assign(new Error('x'), { hint: 'plant' }) } }],
    ['what lies too deep to be looked at', { a: { b: { c: { d: { e: { f: { g: { h: 'plant' } } } } } } } }],
  ])('hides %s', (_what, event) => {
    const { text } = logOf((logger) => logger.warn(event, 'something happened'));
    expect(text).not.toContain('plant');
    expect(text).toMatch(/redacted|"message":"x"/);
  });

  it('ends at a circle', () => {
    const circle: { self?: unknown } = {};
    circle.self = circle;
    expect(logOf((logger) => logger.info({ circle }, 'x')).lines).toHaveLength(1);
  });

  it('keeps type, code and place of an error', () => {
    const error = Object.assign(new TypeError('x is not a function'), { code: 'ERR_X' });
    const [line] = logOf((logger) => logger.error({ err: error }, 'request failed')).lines;
    const stack = expect.stringContaining('logger.test.ts') as unknown;
    expect(line?.['err']).toEqual({ type: 'TypeError', code: 'ERR_X', message: 'x is not a function', stack });
  });

  it('leaves ids, numbers and paths of modules as they are', () => {
    const event = {
      leadId: '00Q1',
      at: 'node_modules/@fastify/basic-auth/index.js',
      version: 'fastify@5.0.0',
      n: [1, null],
    };
    expect(logOf((logger) => logger.info(event, 'x')).lines).toMatchObject([event]);
  });
});

function jsonError(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    return error;
  }
}

describe('while the database is away', () => {
  const SECOND = 1_000;
  let now = 0;
  const failEachSecond = (logger: Logger, seconds: number): void => {
    for (let second = 0; second < seconds; second += 1, now += SECOND) {
      const err = new StorageUnavailable('the database cannot be used: ECONNREFUSED');
      logger.error({ connector: 'salesforce', err }, 'delivery batch failed');
      logger.error({ requestId: 'x', err }, 'request failed');
    }
  };

  it('says so once a minute, and how many lines it left out', () => {
    const { lines } = logOf(
      (logger) => failEachSecond(logger, 600),
      'info',
      () => now,
    );
    expect(lines.map(({ msg, suppressed }) => [msg, suppressed])).toEqual([
      ['delivery batch failed', undefined],
      ...Array.from({ length: 9 }, () => ['delivery batch failed', 119]),
    ]);
  });

  it('says everything else as before', () => {
    const others = [new Error('a fault of ours'), new StatementTimeout('too slow')];
    const { lines } = logOf(
      (logger) => {
        failEachSecond(logger, 2);
        for (const err of others) for (let count = 0; count < 3; count += 1) logger.error({ err }, 'request failed');
        logger.info({ status: 503 }, 'request answered');
      },
      'info',
      () => now,
    );
    expect(lines).toHaveLength(1 + 2 * 3 + 1);
  });

  it('tells an error also when a warning came just before', () => {
    const err = new StorageUnavailable('away');
    const { lines } = logOf((logger) => {
      logger.warn({ err }, 'database connection lost');
      logger.error({ err }, 'request failed');
    });
    expect(lines.map(({ level }) => level)).toEqual([40, 50]);
  });

  it('speaks again when the clock was set back', () => {
    const { lines } = logOf(
      (logger) => {
        failEachSecond(logger, 2);
        now -= 3_600_000;
        failEachSecond(logger, 2);
      },
      'info',
      () => now,
    );
    expect(lines).toHaveLength(2);
  });
});
