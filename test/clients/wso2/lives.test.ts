/** Lives of people as WSO2 Identity Server tells them, several operations long, and the Lead of each at every turn. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { ENGINES } from '../../support/engines.ts';
import {
  AUTHORIZATION,
  eventually,
  request,
  startService,
  type Answer,
  type TestService,
} from '../../support/service.ts';
import { misreadingOf } from './misreadings.ts';
import { refusalOf, type Kind } from './judge.ts';

const PATCH_OP = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';
const KINDS: Readonly<Record<string, Kind>> = { GET: 'lookup', POST: 'create', DELETE: 'delete' };

/** As java.net.URLEncoder does, with %20 for the plus. */
const encode = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()~]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);

interface Connector {
  readonly protocol: '2.0' | '1.1';
  readonly root: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly schemas: readonly string[];
  /** The query of a look-up. */
  readonly query: (name: string) => string;
}

const SCIM2: Connector = {
  protocol: '2.0',
  root: '/scim2',
  headers: { 'user-agent': 'wso2/scim2/client', 'content-type': 'application/scim+json' },
  schemas: [],
  query: (name) => `filter=userName%20Eq%20${encode(name)}&startIndex=1&count=1`,
};
const SCIM1: Connector = {
  protocol: '1.1',
  root: '/wso2/scim',
  headers: { 'user-agent': 'Jakarta Commons-HttpClient/3.1', 'content-type': 'application/json' },
  schemas: ['urn:scim:schemas:core:1.0'],
  query: (name) => `filter=userName%20Eq%20${name}`,
};

/** Names that look like something else: numbers, grammar, other people, other encodings. */
const STRANGE_NAMES = [
  ...['12345', '-0', '1e3', 'true', 'pr', 'robin+hood', 'a&b=c', '50%25', '%41', '\\', 'a\\u0062', '[x]', '{{id}}'],
  ...["o'brien", '../Users', '?filter=x', '#', 'x;y', 'zoë', '😀', 'İstanbul', 'x'.repeat(600)],
  ...['robin hood', 'a and b', 'true or userName pr', 'robin or userName pr', 'x) or (userName pr', 'not (x)'],
  // Each of these is a filter of RFC 7644 that finds somebody else, or none at all.
  ...['"bystander"', '"x" or userName pr', 'null or userName pr', '"', '"a"b"'],
  ...['x" or userName pr or userName eq "', 'null and void', 'x eq y', '* or 1=1 --'],
];

describe.each(ENGINES)('lives of people that WSO2 Identity Server tells, on $name', (engine) => {
  let service: TestService;

  beforeAll(async () => {
    service = await startService(engine);
  });
  afterAll(() => service.close());
  afterEach(async () => {
    const { body } = await service.scim('GET', '/Users?count=1000&attributes=id');
    for (const { id } of body['Resources'] as { id: string }[]) await service.scim('DELETE', `/Users/${id}`);
    await leadsAre();
  });

  /** Whatever is answered, the client must not misread it. */
  const ask = async ({ protocol, root, headers, schemas }: Connector, method: string, path: string, body?: object) => {
    const url = `${service.app.baseUrl}${root}${path}`;
    const answer = await request(url, method, body && { schemas, ...body }, {
      ...headers,
      authorization: AUTHORIZATION,
    });
    const contentType = answer.headers.get('content-type') ?? undefined;
    const judged = { protocol, resource: 'User', kind: KINDS[method] ?? 'update', contentType, ...answer } as const;
    expect([judged.text, misreadingOf(judged)]).toEqual([judged.text, undefined]);
    return { ...answer, refusal: refusalOf(judged) };
  };
  const find = async (connector: Connector, name: string): Promise<string | undefined> => {
    const { body } = await ask(connector, 'GET', `/Users?${connector.query(name)}`);
    return (body['Resources'] as { id: string }[] | undefined)?.[0]?.id;
  };
  /** One that the client takes, as IS does it: by the id that it looks up first. */
  const act = async (connector: Connector, method: string, name: string, body?: object): Promise<Answer> => {
    const path = method === 'POST' ? '/Users' : `/Users/${(await find(connector, name)) ?? `nobody is ${name}`}`;
    const answer = await ask(connector, method, path, body);
    expect([answer.text, answer.refusal]).toEqual([answer.text, undefined]);
    return answer;
  };
  const update = (connector: Connector, name: string, changes: Readonly<Record<string, unknown>>): Promise<Answer> => {
    if (connector === SCIM1) return act(SCIM1, 'PATCH', name, { userName: name, ...changes });
    const Operations = Object.entries(changes).map(([path, value]) => ({ op: 'replace', path, value }));
    return act(SCIM2, 'PATCH', name, { schemas: [PATCH_OP], Operations });
  };
  const leadsAre = (...expected: readonly Readonly<Record<string, unknown>>[]): Promise<unknown> => {
    let last: readonly Record<string, unknown>[] = [];
    const isSo = async (): Promise<true | undefined> => {
      last = await service.leads();
      const has = (fields: object): boolean =>
        last.some((lead) => Object.entries(fields).every(([name, value]) => (lead[name] ?? null) === value));
      return last.length === expected.length && expected.every(has) ? true : undefined;
    };
    return eventually(isSo, 8_000).catch(() => expect(last).toEqual(expected));
  };

  const HOOD = { name: { givenName: 'Robin', familyName: 'Hood' }, emails: ['robin@wso2.com'] };
  const LEAD = { FirstName: 'Robin', LastName: 'Hood', Email: 'robin@wso2.com' };

  it('keeps what a PUT of changed claims leaves out, in SCIM and in the Lead (up to IS 7.2)', async () => {
    await act(SCIM2, 'POST', 'robin', { userName: 'robin', ...HOOD });
    await leadsAre(LEAD);
    await act(SCIM2, 'PUT', 'robin', { userName: 'robin', title: 'Earl' });
    await leadsAre({ ...LEAD, Title: 'Earl' });
    await act(SCIM2, 'PUT', 'robin', { userName: 'robin', emails: ['hood@wso2.com'] });
    await leadsAre({ ...LEAD, Title: 'Earl', Email: 'hood@wso2.com' });
  });

  it('changes nothing for a PUT of a name and a password (connector up to 2.0.0)', async () => {
    const made = await act(SCIM2, 'POST', 'robin', { userName: 'robin', ...HOOD });
    const put = await act(SCIM2, 'PUT', 'robin', { userName: 'robin', password: 'a-random-password' });
    expect(put.body).toEqual(made.body);
    expect([put.text, service.log()].join()).not.toContain('a-random-password');
    await leadsAre(LEAD);
  });

  it.each([SCIM2, SCIM1])(
    'follows one with a user store in front of the name, in SCIM $protocol',
    async (connector) => {
      await act(connector, 'POST', '', { userName: 'PRIMARY/robin', ...HOOD });
      await leadsAre(LEAD);
      // PUT looks the name up without the store, the others with it.
      expect(await find(connector, 'robin')).toBe(await find(connector, 'PRIMARY/robin'));
      await act(connector, 'PUT', 'robin', { userName: 'PRIMARY/robin', title: 'Earl', ...HOOD });
      await update(connector, 'PRIMARY/robin', { nickName: 'rob' });
      await leadsAre({ ...LEAD, Title: 'Earl' });
      await act(connector, 'DELETE', 'PRIMARY/robin');
      await leadsAre();
    },
  );

  it.each([
    ['PUT of SCIM 2.0', SCIM2, 'PUT'],
    ['PUT of SCIM 1.1', SCIM1, 'PUT'],
    ['PATCH of SCIM 1.1', SCIM1, 'PATCH'],
  ])(
    'has one Lead though a %s leaves the user store out and a POST names it again',
    async (_title, connector, method) => {
      await act(connector, 'POST', '', { userName: 'PRIMARY/robin', ...HOOD });
      await act(connector, method, 'robin', { userName: 'robin', title: 'Earl' });
      await act(connector, 'POST', '', { userName: 'PRIMARY/robin', ...HOOD });
      expect((await service.scim('GET', '/Users')).body['totalResults']).toBe(1);
      await leadsAre({ ...LEAD, Title: 'Earl' });
    },
  );

  it.each([SCIM2, SCIM1])('keeps people of two user stores apart, in SCIM $protocol', async (connector) => {
    for (const store of ['PRIMARY', 'LDAP'])
      await act(connector, 'POST', '', { userName: `${store}/tuck`, emails: [`tuck@${store}.example`] });
    await leadsAre({ Email: 'tuck@PRIMARY.example' }, { Email: 'tuck@LDAP.example' });
    expect([await find(connector, 'tuck'), await find(connector, 'OTHER/tuck')]).toEqual([undefined, undefined]);
    await act(connector, 'DELETE', 'LDAP/tuck');
    await leadsAre({ Email: 'tuck@PRIMARY.example' });
  });

  it.each([SCIM2, SCIM1])(
    'has one Lead each time a role is given, and none when it is taken, in SCIM $protocol',
    async (connector) => {
      for (const round of [1, 2]) {
        await act(connector, 'POST', '', { userName: 'robin', title: `round ${round}`, ...HOOD });
        await leadsAre({ ...LEAD, Title: `round ${round}` });
        await act(connector, 'DELETE', 'robin');
        await leadsAre();
      }
    },
  );

  it('survives a change that is overtaken by the DELETE of the same user', async () => {
    for (const { body } of await Promise.all(
      ['a', 'b', 'c', 'd'].map((userName) => act(SCIM2, 'POST', '', { userName, ...HOOD })),
    )) {
      const path = `/Users/${String(body['id'])}`;
      const Operations = [{ op: 'replace', path: 'nickName', value: 'late' }];
      const answers = await Promise.all([
        ask(SCIM2, 'PATCH', path, { schemas: [PATCH_OP], Operations }),
        ask(SCIM2, 'DELETE', path),
        ask(SCIM2, 'PUT', path, { userName: String(body['userName']), nickName: 'later' }),
      ]);
      expect(answers.filter(({ status }) => ![200, 204, 404].includes(status))).toEqual([]);
      expect((await ask(SCIM2, 'GET', path)).status).toBe(404);
    }
    await leadsAre();
  });

  it('finds, makes and deletes behind an endpoint with a slash at its end', async () => {
    expect((await ask(SCIM2, 'POST', '/Users/', { userName: 'robin', ...HOOD })).status).toBe(201);
    const { body } = await ask(SCIM2, 'GET', `/Users/?${SCIM2.query('robin')}`);
    expect(body['totalResults']).toBe(1);
    await leadsAre(LEAD);
  });

  it.each(STRANGE_NAMES)('deletes nobody but %s', async (userName) => {
    await act(SCIM2, 'POST', '', { userName: 'bystander', name: { familyName: 'Bystander' } });
    const { body } = await act(SCIM2, 'POST', '', { userName });
    expect(await find(SCIM2, userName)).toBe(body['id']);
    await act(SCIM2, 'DELETE', userName);
    expect((await service.scim('GET', '/Users?attributes=userName')).body['Resources']).toMatchObject([
      { userName: 'bystander' },
    ]);
  });
});
