/** The random commands: SCIM operations, faults of Salesforce, restarts and clock jumps, each printed in a few words. */
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import type { Answer } from '../../support/service.ts';
import {
  bodyOf,
  changed,
  CHANGES,
  FILTERS,
  ifMatchHeader,
  readUser,
  type Change,
  type Doc,
  type Filter,
  type IfMatch,
  type Model,
  type ModelUser,
} from './model.ts';

/** The service under test, as the commands reach it. */
export interface Real {
  readonly scim: (
    method: string,
    path: string,
    body?: unknown,
    headers?: Readonly<Record<string, string>>,
  ) => Promise<Answer>;
  restart(): Promise<void>;
  jump(ms: number): void;
  /** Steers the stand-in. */
  readonly steer: (method: string, path: string, body: unknown) => Promise<void>;
}

type Command = fc.AsyncCommand<Model, Real>;

const NOBODY = '00000000-0000-4000-8000-000000000000';

/** A command from its words and what it does. */
const command = (words: string, run: (model: Model, real: Real) => Promise<void>): Command => ({
  check: () => true,
  run,
  toString: () => words,
});

function expectStatus(answer: Answer, status: number): void {
  if (answer.status !== status) throw new Error(`answered ${answer.status} ${answer.text}, not ${status}`);
}

function expectUser(answer: Answer, wanted: ModelUser): void {
  const seen = readUser(answer.body, answer.headers.get('etag'));
  if (!isDeepStrictEqual(seen, { ...wanted })) {
    throw new Error(`answered ${JSON.stringify(seen)}, not ${JSON.stringify(wanted)}`);
  }
}

const create = (userName: string, doc: Doc): Command =>
  command(`create ${userName} ${JSON.stringify(doc)}`, async ({ users }, { scim }) => {
    const answer = await scim('POST', '/Users', bodyOf(userName, doc));
    if (users.has(userName)) {
      expectStatus(answer, 409);
      return;
    }
    expectStatus(answer, 201);
    const user = { ...doc, id: String(answer.body['id']), version: 1 };
    expectUser(answer, user);
    users.set(userName, user);
  });

interface Writing {
  readonly method: 'PUT' | 'PATCH';
  readonly body: unknown;
  readonly ifMatch: IfMatch;
  readonly apply: (doc: Doc) => Doc;
}

async function write(model: Model, { scim }: Real, userName: string, writing: Writing): Promise<void> {
  const { method, body, ifMatch, apply } = writing;
  const user = model.users.get(userName);
  const headers = ifMatchHeader(ifMatch, user?.version ?? 1);
  const answer = await scim(method, `/Users/${user?.id ?? model.gone.at(-1) ?? NOBODY}`, body, headers);
  if (!user) {
    expectStatus(answer, 404);
    return;
  }
  if (ifMatch === 'wrong') {
    expectStatus(answer, 412);
    return;
  }
  expectStatus(answer, 200);
  const { id, version, ...doc } = user;
  const after = changed({ ...doc, id, version }, apply(doc));
  expectUser(answer, after);
  model.users.set(userName, after);
}

const replace = (userName: string, doc: Doc, ifMatch: IfMatch): Command =>
  command(`replace ${userName} ${JSON.stringify(doc)} if-match ${ifMatch}`, (model, real) =>
    write(model, real, userName, { method: 'PUT', body: bodyOf(userName, doc), ifMatch, apply: () => doc }),
  );

const patch = (userName: string, { name, operations, apply }: Change, ifMatch: IfMatch): Command =>
  command(`patch ${userName} ${name} if-match ${ifMatch}`, (model, real) => {
    const body = { schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'], Operations: operations };
    return write(model, real, userName, { method: 'PATCH', body, ifMatch, apply });
  });

const remove = (userName: string, ifMatch: IfMatch): Command =>
  command(`delete ${userName} if-match ${ifMatch}`, async ({ users, gone }, { scim }) => {
    const user = users.get(userName);
    const headers = ifMatchHeader(ifMatch, user?.version ?? 1);
    const answer = await scim('DELETE', `/Users/${user?.id ?? NOBODY}`, undefined, headers);
    if (!user) {
      expectStatus(answer, 404);
      return;
    }
    if (ifMatch === 'wrong') {
      expectStatus(answer, 412);
      return;
    }
    expectStatus(answer, 204);
    users.delete(userName);
    gone.push(user.id);
  });

const read = (userName: string): Command =>
  command(`get ${userName}`, async ({ users, gone }, { scim }) => {
    const user = users.get(userName);
    const answer = await scim('GET', `/Users/${user?.id ?? gone.at(-1) ?? NOBODY}`);
    if (!user) {
      expectStatus(answer, 404);
      return;
    }
    expectStatus(answer, 200);
    expectUser(answer, user);
  });

const list = ({ text, matches }: Filter, startIndex: number, count: number): Command =>
  command(`list ${text} from ${startIndex}, ${count}`, async ({ users }, { scim }) => {
    const filter = text === '' ? '' : `filter=${encodeURIComponent(text)}&`;
    const answer = await scim('GET', `/Users?${filter}startIndex=${startIndex}&count=${count}`);
    expectStatus(answer, 200);
    const all = [...users].filter(([userName, user]) => matches(userName, user)).map(([, { id }]) => id);
    const resources = answer.body['Resources'] as readonly Readonly<Record<string, unknown>>[];
    const seen = [answer.body['totalResults'], ...resources.map(({ id }) => id)];
    const wanted = [all.length, ...all.slice(startIndex - 1, startIndex - 1 + count)];
    if (!isDeepStrictEqual(seen, wanted)) throw new Error(`lists ${seen.join(' ')}, not ${wanted.join(' ')}`);
  });

const FAULTS: Readonly<Record<string, unknown>> = {
  down: { match: { path: '/services/data' }, times: 1, action: { status: 503, errorCode: 'SERVER_UNAVAILABLE' } },
  throttled: { match: {}, times: 1, action: { status: 429, body: [], headers: { 'Retry-After': '1' } } },
  'cut before': { match: { path: '/services/data' }, times: 1, action: { reset: 'before' } },
  'cut after': { match: { method: 'PATCH' }, times: 1, action: { reset: 'after' } },
  'delete cut after': { match: { method: 'DELETE' }, times: 1, action: { reset: 'after' } },
  slow: { match: { method: 'PATCH' }, times: 2, action: { delayMs: 60 } },
  'session lost': {
    match: { path: '/services/data' },
    times: 1,
    action: { status: 401, errorCode: 'INVALID_SESSION_ID' },
  },
};

const fault = (name: string): Command =>
  command(`salesforce: ${name}`, (_model, { steer }) => steer('POST', 'faults', [FAULTS[name]]));

const clear = (): Command =>
  command('salesforce: well again', async (_model, { steer }) => {
    await steer('POST', 'faults', []);
    await steer('PATCH', 'config', { rowLockRate: 0, validationRule: null });
  });

const lockRows = (): Command =>
  command('salesforce: rows locked', (_model, { steer }) => steer('PATCH', 'config', { rowLockRate: 0.5 }));

const refuse = (title: string): Command =>
  command(`salesforce: refuses title ${title}`, (_model, { steer }) =>
    steer('PATCH', 'config', { validationRule: { field: 'Title', value: title, message: 'not that one' } }),
  );

const restart = (): Command => command('restart', (_model, real) => real.restart());

const jump = (ms: number): Command =>
  command(`clock ${ms > 0 ? '+' : ''}${ms / 1000} s`, async (_model, real) => real.jump(ms));

const pause = (ms: number): Command =>
  command(`${ms} ms go by`, () => new Promise((resolve) => setTimeout(resolve, ms)));

const userName = fc.constantFrom('ann', 'bob', 'cy', 'dee');
const title = fc.constantFrom('a', 'b');
const email = fc.constantFrom('one@example.com', 'two@example.com');
const ifMatch = fc.constantFrom<IfMatch>('none', 'none', 'right', 'wrong', 'any');
const doc: fc.Arbitrary<Doc> = fc.record({ title, email, active: fc.boolean() }, { requiredKeys: ['email', 'active'] });
const change: fc.Arbitrary<Change> = fc.oneof(
  title.map(CHANGES.setTitle),
  fc.constant(CHANGES.removeTitle()),
  fc.boolean().map(CHANGES.setActive),
  email.map(CHANGES.setEmail),
  fc.tuple(title, fc.boolean()).map(([one, active]) => CHANGES.both(one, active)),
);
const filter: fc.Arbitrary<Filter> = fc.oneof(
  fc.constant(FILTERS.all()),
  userName.map(FILTERS.userName),
  title.map(FILTERS.title),
  fc.constant(FILTERS.titled()),
  email.map(FILTERS.email),
  fc.constant(FILTERS.inactive()),
);

/** Forwards over every lease and wait, and backwards as a corrected clock goes. */
const JUMPS = [-60_000, -2_000, 5_000, 70_000, 3_600_000];

export const COMMANDS: readonly fc.Arbitrary<Command>[] = [
  // Most of the others need a user that is there.
  fc.tuple(userName, doc).map(([name, one]) => create(name, one)),
  fc.tuple(userName, doc).map(([name, one]) => create(name, one)),
  fc.tuple(userName, doc).map(([name, one]) => create(name, one)),
  fc.tuple(userName, doc, ifMatch).map(([name, one, guard]) => replace(name, one, guard)),
  fc.tuple(userName, change, ifMatch).map(([name, one, guard]) => patch(name, one, guard)),
  fc.tuple(userName, change, ifMatch).map(([name, one, guard]) => patch(name, one, guard)),
  fc.tuple(userName, ifMatch).map(([name, guard]) => remove(name, guard)),
  userName.map(read),
  fc
    .tuple(filter, fc.integer({ min: 1, max: 3 }), fc.integer({ min: 0, max: 4 }))
    .map(([one, from, count]) => list(one, from, count)),
  fc.constantFrom(...Object.keys(FAULTS)).map(fault),
  fc.oneof(fc.constant(clear()), fc.constant(lockRows()), title.map(refuse)),
  fc.constant(restart()),
  fc.constantFrom(...JUMPS).map(jump),
  fc.constantFrom(5, 40, 120).map(pause),
];
