/** A resource type that a deployment adds, with an attribute of every type and characteristic: its life over HTTP (RFC 7643 §2). */
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ENGINES } from '../support/engines.ts';
import { startService, type Answer, type TestService } from '../support/service.ts';

const TEST = 'urn:example:params:scim:schemas:2.0:TestResource';
const WARRANTY = 'urn:example:params:scim:schemas:extension:warranty:2.0:TestResource';
const BADGE = 'urn:example:params:scim:schemas:extension:badge:2.0:User';
const USER = 'urn:ietf:params:scim:schemas:core:2.0:User';
const PATCH_OP = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';
const SEARCH = 'urn:ietf:params:scim:api:messages:2.0:SearchRequest';
const BULK = 'urn:ietf:params:scim:api:messages:2.0:BulkRequest';

type Body = Record<string, unknown>;

/** One value of every attribute that clients may write and read by default. */
const FULL = {
  exact: 'Ab',
  colour: 'blue',
  text: 'Straße',
  flag: false,
  weight: 1.5,
  count: -3,
  builtAt: '2024-01-31T09:30:00+01:00',
  page: 'https://example.com/a',
  image: 'aGVsbG8=',
  maker: { name: 'Acme', rank: 1, since: '1999-01-01T00:00:00Z' },
  texts: ['a', 'b'],
  flags: [true, false],
  weights: [0.1, 2],
  counts: [1, 2, 3],
  visits: ['2024-01-01T00:00:00Z'],
  pages: ['https://example.com/b'],
  images: ['YQ=='],
  model: 'T',
};

const valuesOf = (list: Answer, name: string): readonly unknown[] =>
  ((list.body['Resources'] ?? []) as Body[]).map((resource) => resource[name]);

describe.each(ENGINES)('a resource type of a deployment on $name', (engine) => {
  let service: TestService;
  let count = 0;

  beforeAll(async () => {
    service = await startService(engine, {
      SCHEMAS_DIR: fileURLToPath(new URL('../fixtures/schemas', import.meta.url)),
    });
  });
  afterAll(async () => {
    await service.close();
  });

  const post = (body: Body, query = ''): Promise<Answer> =>
    service.scim('POST', `/TestResources${query}`, { schemas: [TEST], ...body });
  const put = (id: string, body: Body): Promise<Answer> =>
    service.scim('PUT', `/TestResources/${id}`, { schemas: [TEST], ...body });
  const patch = (id: string, ...Operations: readonly unknown[]): Promise<Answer> =>
    service.scim('PATCH', `/TestResources/${id}`, { schemas: [PATCH_OP], Operations });
  const get = (id: string, query = ''): Promise<Answer> => service.scim('GET', `/TestResources/${id}${query}`);
  const find = (filter: string, more = ''): Promise<Answer> =>
    service.scim('GET', `/TestResources?filter=${encodeURIComponent(filter)}${more}`);
  const newCode = (): string => `Code-${(count += 1)}`;
  const create = async (body: Body = {}): Promise<string> => {
    const { status, body: created, text } = await post({ code: newCode(), ...body });
    if (status !== 201) throw new Error(text);
    return created['id'] as string;
  };

  describe('discovery', () => {
    it('lists type, schemas and extensions', async () => {
      const type = await service.scim('GET', '/ResourceTypes/TestResource');
      expect(type.body).toMatchObject({
        name: 'TestResource',
        endpoint: '/TestResources',
        schema: TEST,
        schemaExtensions: [{ schema: WARRANTY, required: false }],
      });
      const user = await service.scim('GET', '/ResourceTypes/User');
      expect(user.body['schemaExtensions']).toContainEqual({ schema: BADGE, required: false });
      for (const urn of [TEST, WARRANTY, BADGE]) {
        expect((await service.scim('GET', `/Schemas/${urn}`)).body).toMatchObject({ id: urn });
      }
      const ids = valuesOf(await service.scim('GET', '/Schemas'), 'id');
      expect(ids).toEqual(expect.arrayContaining([USER, TEST, WARRANTY, BADGE]));
    });
  });

  describe('create and read', () => {
    it('keeps a value of every type as it was sent', async () => {
      const code = newCode();
      const created = await post({ code, ...FULL, serial: 1 });
      const id = created.body['id'] as string;
      const location = `${service.app.scimUrl}/TestResources/${id}`;
      expect(created.status).toBe(201);
      expect(created.headers.get('location')).toBe(location);
      expect(created.body).toEqual({
        schemas: [TEST],
        id,
        code,
        ...FULL,
        serial: 1,
        meta: expect.objectContaining({ resourceType: 'TestResource', location, version: 'W/"1"' }),
      });
      expect((await get(id)).body).toEqual(created.body);
    });

    it('keeps an extension, and says so in schemas', async () => {
      const id = await create({ schemas: [TEST, WARRANTY], [WARRANTY]: { until: '2030-01-01T00:00:00Z' } });
      expect((await get(id)).body).toMatchObject({
        schemas: [TEST, WARRANTY],
        [WARRANTY]: { until: '2030-01-01T00:00:00Z' },
      });
    });

    it.each<[Body, string]>([
      [{ code: undefined }, 'code is required'],
      [{ code: ' ' }, 'code must not be blank'],
      [{ flag: 'maybe' }, 'flag must be a boolean, not a string'],
      [{ weight: '1' }, 'weight must be a number, not a string'],
      [{ count: 1.5 }, 'count must be an integer, not a number'],
      [{ builtAt: 'soon' }, 'builtAt must be a dateTime such as 2024-01-31T09:30:00Z, not a string'],
      [{ page: 5 }, 'page must be a string, not a number'],
      [
        { image: {}, images: [{ a: 1 }] },
        'image must be a string, not an object; images[0] must be a string, not an object',
      ],
      [{ counts: [1, 'x'] }, 'counts[1] must be an integer, not a string'],
      [{ maker: { rank: 'first' } }, 'maker.rank must be an integer, not a string'],
      [{ parts: [{ primary: 3 }] }, 'parts[0].primary must be a boolean, not a number'],
      [{ owners: [{ display: 'nobody' }] }, 'owners[0].value is missing: it says who is meant'],
      [{ [WARRANTY]: { until: 1 } }, `${WARRANTY}:until must be a dateTime such as 2024-01-31T09:30:00Z, not a number`],
    ])('refuses %j with 400 invalidValue naming the attribute', async (body, detail) => {
      const answer = await post({ code: newCode(), ...body });
      expect([answer.status, answer.body['scimType'], answer.body['detail']]).toEqual([400, 'invalidValue', detail]);
    });

    it('ignores what is readOnly, and takes values beside the canonical ones', async () => {
      const { body } = await post({ code: newCode(), state: 'mine', colour: 'mauve' });
      expect(body).toMatchObject({ colour: 'mauve' });
      expect(body).not.toHaveProperty('state');
    });
  });

  describe('filter', () => {
    const marker = (): string => `m${(count += 1)}`;

    it.each([
      ['text eq "strasse"', false],
      ['text eq "STRAßE"', true],
      ['exact eq "ab"', false],
      ['exact eq "Ab"', true],
      ['flag eq false', true],
      ['weight gt 1.4', true],
      ['weight gt 1.5', false],
      ['count le -3', true],
      ['builtAt eq "2024-01-31T08:30:00Z"', true],
      ['page co "example.COM"', false],
      ['page sw "https://example.com"', true],
      ['image eq "aGVsbG8="', true],
      ['maker.name eq "ACME"', true],
      ['maker.rank ge 2', false],
      ['maker.since lt "2000-01-01T00:00:00Z"', true],
      ['texts eq "B"', true],
      ['flags eq true', true],
      ['weights eq 2.0', true],
      ['counts gt 3', false],
      ['visits gt "2023-12-31T00:00:00Z"', true],
      ['pages ew "/b"', true],
      ['images eq "YQ=="', true],
      ['parts[type eq "WHEEL" and primary eq true]', true],
      ['parts[type eq "door" and primary eq true]', false],
      ['parts.value pr', true],
      [`${WARRANTY}:until gt "2029-01-01T00:00:00Z"`, true],
      ['colour pr and not (model eq "X")', true],
    ])('%s finds: %s', async (filter, finds) => {
      const mark = marker();
      await create({
        ...FULL,
        hint: mark,
        parts: [
          { value: `${mark}-1`, type: 'wheel', primary: true },
          { value: `${mark}-2`, type: 'door' },
        ],
        [WARRANTY]: { until: '2030-01-01T00:00:00Z' },
      });
      expect((await find(`hint eq "${mark}" and ${filter}`)).body['totalResults']).toBe(finds ? 1 : 0);
    });

    it.each(['pin', 'digest', 'parts.lock', 'parts[lock eq "x"]'])(
      'refuses %s, which is never returned, with 400 invalidFilter',
      async (name) => {
        const answer = await find(name.includes('[') ? name : `${name} sw "x"`);
        expect([answer.status, answer.body['scimType']]).toEqual([400, 'invalidFilter']);
        expect(answer.body['detail']).toContain('is never returned and cannot be searched');
      },
    );
  });

  describe('sort', () => {
    it.each<[string, Body, Body]>([
      ['text', { text: 'a' }, { text: 'B' }],
      ['exact', { exact: 'B' }, { exact: 'a' }],
      ['flag', { flag: false }, { flag: true }],
      ['weight', { weight: 9.5 }, { weight: 10 }],
      ['count', { count: -10 }, { count: 9 }],
      ['builtAt', { builtAt: '2024-01-01T00:00:00+02:00' }, { builtAt: '2023-12-31T23:00:00Z' }],
      ['page', { page: 'a' }, { page: 'b' }],
      ['image', { image: 'YQ==' }, { image: 'Yg==' }],
      ['maker.rank', { maker: { rank: 2 } }, { maker: { rank: 10 } }],
      ['counts', { counts: [2, 1] }, { counts: [10] }],
      ['parts.type', { parts: [{ type: 'z' }, { type: 'a', primary: true }] }, { parts: [{ type: 'b' }] }],
      [`${WARRANTY}:until`, { [WARRANTY]: { until: '2024-01-01T00:00:00Z' } }, {}],
    ])('by %s puts the smaller first, without value last', async (sortBy, smaller, greater) => {
      const hint = `sort-${(count += 1)}`;
      const codes = [newCode(), newCode()];
      for (const [code, body] of [[codes[1], greater] as const, [codes[0], smaller] as const])
        await post({ code, hint, ...body });
      const order = `&sortBy=${encodeURIComponent(sortBy)}`;
      expect(valuesOf(await find(`hint eq "${hint}"`, order), 'code')).toEqual(codes);
      const down = await find(`hint eq "${hint}"`, `${order}&sortOrder=descending`);
      expect(valuesOf(down, 'code')).toEqual([...codes].reverse());
    });
  });

  describe('PUT', () => {
    it('clears what it leaves out and keeps the id', async () => {
      const id = await create({ ...FULL, model: undefined, [WARRANTY]: { contract: `c-${(count += 1)}` } });
      const code = newCode();
      const { body } = await put(id, { code, text: 'new' });
      expect(body).toEqual({
        schemas: [TEST],
        id,
        code,
        text: 'new',
        meta: expect.objectContaining({ version: 'W/"2"' }),
      });
    });

    it('may not change or leave out what is immutable: 400 mutability', async () => {
      const code = newCode();
      const id = await create({ code, model: 'T' });
      for (const body of [{ code, model: 'U' }, { code }]) {
        const answer = await put(id, body);
        expect([answer.status, answer.body['scimType'], answer.body['detail']]).toEqual([
          400,
          'mutability',
          'model is immutable and cannot be changed',
        ]);
      }
      expect((await put(id, { code, model: 'T', text: 'x' })).status).toBe(200);
    });

    it('sets what is immutable once', async () => {
      const code = newCode();
      const id = await create({ code });
      expect((await put(id, { code, model: 'T' })).body).toMatchObject({ model: 'T' });
    });

    it('ignores what is readOnly', async () => {
      const code = newCode();
      const { status, body } = await put(await create({ code }), { code, state: 'mine', id: 'other' });
      expect([status, body['state']]).toEqual([200, undefined]);
    });
  });

  describe('PATCH', () => {
    it('adds, replaces and removes at attributes of every shape', async () => {
      const id = await create({ ...FULL, parts: [{ type: 'wheel' }, { type: 'door' }] });
      const { status, body } = await patch(
        id,
        { op: 'replace', path: 'weight', value: 7 },
        { op: 'remove', path: 'image' },
        { op: 'add', path: 'texts', value: ['c'] },
        { op: 'add', path: 'counts', value: 4 },
        { op: 'replace', path: 'maker.rank', value: 9 },
        { op: 'replace', path: 'parts[type eq "door"].primary', value: true },
        { op: 'add', path: `${WARRANTY}:until`, value: '2031-01-01T00:00:00Z' },
        { op: 'add', value: { flag: true } },
      );
      expect(status).toBe(200);
      expect(body).toMatchObject({
        schemas: [TEST, WARRANTY],
        weight: 7,
        flag: true,
        texts: ['a', 'b', 'c'],
        counts: [1, 2, 3, 4],
        maker: { name: 'Acme', rank: 9 },
        parts: [{ type: 'wheel' }, { type: 'door', primary: true }],
        [WARRANTY]: { until: '2031-01-01T00:00:00Z' },
      });
      expect(body).not.toHaveProperty('image');
    });

    it.each<[string, unknown, string, string]>([
      [
        'model',
        { op: 'replace', path: 'model', value: 'U' },
        'mutability',
        'Operations[0]: model is immutable and has a value already',
      ],
      [
        'model',
        { op: 'remove', path: 'model' },
        'mutability',
        'Operations[0]: model is immutable and has a value already',
      ],
      ['state', { op: 'replace', path: 'state', value: 'x' }, 'mutability', 'Operations[0]: state is readOnly'],
      ['code', { op: 'remove', path: 'code' }, 'mutability', 'Operations[0]: code is required and cannot be removed'],
    ])('refuses to change %s by %j: 400 %s', async (_, operation, scimType, detail) => {
      const answer = await patch(await create({ model: 'T' }), operation);
      expect([answer.status, answer.body['scimType'], answer.body['detail']]).toEqual([400, scimType, detail]);
    });
  });

  describe('what is answered', () => {
    it('never holds what is never returned, wherever it is asked for', async () => {
      const secrets = { pin: 'SECRET-1', digest: 'SECRET-2', parts: [{ type: 'wheel', lock: 'SECRET-3' }] };
      const code = newCode();
      const created = await post({ code, ...secrets });
      const id = created.body['id'] as string;
      const names = '?attributes=pin,digest,parts.lock,parts';
      const answers = [
        created,
        await get(id),
        await get(id, names),
        await find(`code eq "${code}"`, `&${names.slice(1)}`),
        await find(`code eq "${code}"`),
        await put(id, { code, ...secrets, text: 'changed' }),
        await patch(id, { op: 'replace', value: { ...secrets, text: 'again' } }),
        await service.scim('POST', '/.search', { schemas: [SEARCH], filter: `code eq "${code}"` }),
      ];
      for (const { status, text } of answers) {
        expect(status).toBeLessThan(300);
        expect(text).not.toContain('SECRET');
      }
      expect(service.log()).not.toContain('SECRET');
    });

    it('holds what is returned on request only when it is named', async () => {
      const code = newCode();
      const id = await create({ code, hint: 'h', parts: [{ type: 'wheel', note: 'n' }], [WARRANTY]: { terms: 't' } });
      for (const { text } of [
        await get(id),
        await find(`code eq "${code}"`),
        await get(id, '?excludedAttributes=text'),
      ])
        expect(text).not.toMatch(/"hint"|"note"|"terms"/);
      const named = await get(id, `?attributes=hint,parts.note,${WARRANTY}:terms`);
      expect(named.body).toMatchObject({ hint: 'h', parts: [{ note: 'n' }], [WARRANTY]: { terms: 't' } });
    });

    it('holds what is returned always under each projection', async () => {
      const code = newCode();
      const id = await create({ code, stamp: 's', text: 't' });
      expect((await get(id, '?attributes=id')).body).toEqual({ schemas: [TEST], id, stamp: 's' });
      expect((await get(id, '?excludedAttributes=stamp,text')).body).toMatchObject({ id, stamp: 's', code });
      expect((await get(id, '?excludedAttributes=stamp,text')).body).not.toHaveProperty('text');
      expect((await find(`code eq "${code}"`, '&attributes=id')).body['Resources']).toEqual([
        { schemas: [TEST], id, stamp: 's' },
      ]);
    });
  });

  describe('uniqueness', () => {
    it.each<[string, () => readonly [Body, Body]]>([
      [
        'code',
        () => {
          const code = newCode();
          return [{ code: code.toLowerCase() }, { code: code.toUpperCase() }];
        },
      ],
      [
        'serial',
        () => {
          const serial = 1_000 + (count += 1);
          return [{ serial }, { serial }];
        },
      ],
      [
        'parts.value',
        () => {
          const value = `part-${(count += 1)}`;
          return [{ parts: [{ value }] }, { parts: [{ value: `${value}x` }, { value }] }];
        },
      ],
      [
        `${WARRANTY}:contract`,
        () => {
          const contract = `contract-${(count += 1)}`;
          return [{ [WARRANTY]: { contract } }, { [WARRANTY]: { contract: contract.toUpperCase() } }];
        },
      ],
    ])('of %s is kept by POST, PUT and PATCH: 409 naming it', async (name, bodies) => {
      const [first, second] = bodies();
      const id = await create(first);
      const other = await create();
      const answers = [
        await post({ code: newCode(), ...second }),
        await put(other, { code: newCode(), ...second }),
        await patch(other, { op: 'replace', value: second }),
      ];
      for (const { status, body } of answers)
        expect([status, body['scimType'], body['detail']]).toEqual([
          409,
          'uniqueness',
          `${name}: another TestResource already has this value`,
        ]);
      expect((await service.scim('DELETE', `/TestResources/${id}`)).status).toBe(204);
      expect((await patch(other, { op: 'replace', value: second })).status).toBe(200);
    });

    it('of parts.value minds the case, because it is caseExact', async () => {
      const value = `Case-${(count += 1)}`;
      await create({ parts: [{ value }] });
      expect((await post({ code: newCode(), parts: [{ value: value.toUpperCase() }] })).status).toBe(201);
    });
  });

  describe('membership list', () => {
    it('names resources of other types, and is shown on nobody', async () => {
      const user = await service.scim('POST', '/Users', { schemas: [USER], userName: `owner-${(count += 1)}` });
      const value = user.body['id'] as string;
      const id = await create({ owners: [{ value }] });
      const element = { value, $ref: `${service.app.scimUrl}/Users/${value}`, type: 'User' };
      expect((await get(id)).body['owners']).toEqual([element]);
      expect((await find(`owners.value eq "${value}"`)).body['totalResults']).toBe(1);
      expect((await service.scim('GET', `/Users/${value}`)).body['groups']).toBeUndefined();
      expect((await patch(id, { op: 'remove', path: `owners[value eq "${value}"]` })).body['owners']).toBeUndefined();
    });

    it('loses a member that is deleted', async () => {
      const user = await service.scim('POST', '/Users', { schemas: [USER], userName: `owner-${(count += 1)}` });
      const value = user.body['id'] as string;
      const id = await create({ owners: [{ value }] });
      await service.scim('DELETE', `/Users/${value}`);
      expect((await get(id)).body['owners']).toBeUndefined();
    });
  });

  describe('the rest of the protocol', () => {
    it('keeps If-Match', async () => {
      const code = newCode();
      const id = await create({ code });
      const send = (version: string) =>
        service.scim('PUT', `/TestResources/${id}`, { schemas: [TEST], code, text: version }, { 'if-match': version });
      expect((await send('W/"9"')).status).toBe(412);
      expect((await send('W/"1"')).headers.get('etag')).toBe('W/"2"');
      const held = await service.scim('GET', `/TestResources/${id}`, undefined, { 'if-none-match': 'W/"2"' });
      expect(held.status).toBe(304);
    });

    it('finds it by /.search at its endpoint and at the root', async () => {
      const code = newCode();
      const id = await create({ code });
      for (const path of ['/TestResources/.search', '/.search']) {
        const answer = await service.scim('POST', path, { schemas: [SEARCH], filter: `${TEST}:code eq "${code}"` });
        expect(valuesOf(answer, 'id')).toEqual([id]);
      }
    });

    it('takes it in bulk, with references from and to it', async () => {
      const answer = await service.scim('POST', '/Bulk', {
        schemas: [BULK],
        Operations: [
          { method: 'POST', path: '/Users', bulkId: 'u', data: { schemas: [USER], userName: newCode() } },
          {
            method: 'POST',
            path: '/TestResources',
            bulkId: 't',
            data: { schemas: [TEST], code: newCode(), owners: [{ value: 'bulkId:u' }] },
          },
          {
            method: 'PATCH',
            path: '/TestResources/bulkId:t',
            data: { schemas: [PATCH_OP], Operations: [{ op: 'add', path: 'text', value: 'bulk' }] },
          },
        ],
      });
      const operations = answer.body['Operations'] as { status: string; location: string }[];
      expect(operations.map(({ status }) => status)).toEqual(['201', '201', '200']);
      const [user, resource] = operations.map(({ location }) => location.split('/').at(-1) ?? '');
      expect((await get(resource ?? '')).body).toMatchObject({ text: 'bulk', owners: [{ value: user }] });
    });

    it('deletes it for good', async () => {
      const id = await create();
      expect((await service.scim('DELETE', `/TestResources/${id}`)).status).toBe(204);
      for (const answer of [await get(id), await put(id, { code: newCode() }), await patch(id)])
        expect(answer.status).toBe(404);
    });
  });

  describe('an extension of User', () => {
    const postUser = (body: Body): Promise<Answer> =>
      service.scim('POST', '/Users', { schemas: [USER], userName: newCode(), ...body });

    it('is found by its indexed attribute and reaches no Lead by itself', async () => {
      const number = newCode();
      const { body } = await postUser({ [BADGE]: { number, level: 3 } });
      expect(body).toMatchObject({ schemas: [USER, BADGE], [BADGE]: { number, level: 3 } });
      const filter = encodeURIComponent(`${BADGE}:number eq "${number}" and ${BADGE}:level ge 3`);
      expect(valuesOf(await service.scim('GET', `/Users?filter=${filter}`), 'id')).toEqual([body['id']]);
    });

    it('needs its required attribute where it is present, and may be left out', async () => {
      const answer = await postUser({ [BADGE]: { level: 3 } });
      expect([answer.status, answer.body['scimType'], answer.body['detail']]).toEqual([
        400,
        'invalidValue',
        `${BADGE}:number is required`,
      ]);
      expect((await postUser({})).status).toBe(201);
    });
  });
});
