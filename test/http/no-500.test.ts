/** What a broken or hostile client may send: whatever it is, the answer is one of the RFC's, never a failure of the server. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ENGINES, registry } from '../support/engines.ts';
import { startService, type TestService } from '../support/service.ts';
import { filters, messyObjects, messyOperations, messyText } from '../scim/support/arbitraries.ts';
import { printFilter } from '../../src/scim/filter/print.ts';

const RUNS = 250;
const PATCH_OP = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';
const ERROR = 'urn:ietf:params:scim:api:messages:2.0:Error';

interface SentRequest {
  readonly method: string;
  readonly path: string;
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
}

const types = registry.resourceTypes;
const anyType = fc.constantFrom(...types);
const names = fc.constantFrom(
  'userName',
  'emails',
  'name.givenName',
  'members',
  'groups',
  'meta.created',
  'nope',
  'password',
  '',
);
const parameters = fc.record(
  {
    filter: fc.oneof(
      messyText,
      anyType.chain((type) => filters(type).map(printFilter)),
    ),
    sortBy: fc.oneof(names, messyText),
    sortOrder: fc.constantFrom('ascending', 'DESCENDING', 'up', ''),
    startIndex: fc.constantFrom('-1', '0', '1', '3', '99999999999999999999999', 'x', '1.5', ''),
    count: fc.constantFrom('-1', '0', '1', '5', '99999999999999999999999', 'x', ''),
    cursor: fc.oneof(fc.constant(''), messyText, fc.base64String()),
    attributes: fc.oneof(names, messyText),
    excludedAttributes: fc.oneof(names, messyText),
  },
  { requiredKeys: [] },
);
/** `{id}` stands for a resource that is there. */
const ids = fc.oneof(
  { weight: 3, arbitrary: fc.constant('{id}') },
  {
    weight: 1,
    arbitrary: fc.oneof(fc.constantFrom('none', 'none.scim', '%00', '.search', 'a"b', '%F0%9D%92%B3'), fc.uuid()),
  },
);
const headers = fc.record(
  {
    'if-match': fc.constantFrom('*', 'W/"1"', '"x', ',,', 'W/"1", W/"2"'),
    'if-none-match': fc.constantFrom('*', 'W/"1"', 'x'),
    accept: fc.constantFrom('application/scim+json', 'text/html', '*/*;q=0', 'x', ''),
    'content-type': fc.constantFrom('application/scim+json', 'application/json; charset=utf-16', 'text/plain', 'x'),
  },
  { requiredKeys: [] },
);

const lists: fc.Arbitrary<SentRequest> = fc
  .record({ path: fc.constantFrom('', '/Users', '/Groups', '/Users.scim', '/Schemas'), query: parameters, headers })
  .map(({ path, query, headers: given }) => ({
    method: 'GET',
    path: `${path}?${new URLSearchParams(query as Record<string, string>).toString()}`,
    headers: given,
  }));
const searches: fc.Arbitrary<SentRequest> = fc
  .record({
    path: fc.constantFrom('/.search', '/Users/.search'),
    body: fc.oneof(parameters, fc.jsonValue({ maxDepth: 2 })),
  })
  .map(({ path, body }) => ({ method: 'POST', path, body }));
const writes: fc.Arbitrary<SentRequest> = anyType.chain((type) =>
  fc
    .record({
      method: fc.constantFrom('POST', 'PUT', 'PATCH', 'DELETE', 'GET'),
      id: ids,
      isRoot: fc.boolean(),
      headers,
      body: fc.oneof(
        messyObjects(type),
        messyOperations(type).map((Operations) => ({ schemas: [PATCH_OP], Operations })),
        fc.jsonValue({ maxDepth: 2 }),
        messyText,
      ),
    })
    .map(({ method, id, isRoot, headers: given, body }) => ({
      method,
      path: isRoot ? type.endpoint : `${type.endpoint}/${id}`,
      headers: given,
      ...(method !== 'GET' && { body }),
    })),
);
const bulks: fc.Arbitrary<SentRequest> = fc
  .record({
    failOnErrors: fc.constantFrom(undefined, 0, 1, '2', -1, 'x'),
    Operations: fc.array(
      fc.record(
        {
          method: fc.constantFrom('POST', 'put', 'PATCH', 'DELETE', 'GET', 7),
          path: fc.constantFrom('/Users', '/Groups', '/Users/none', '/Users/bulkId:a', '/Nope', 'x', ''),
          bulkId: fc.constantFrom('a', 'b', 'bulkId:a', ''),
          version: fc.constantFrom('W/"1"', 7, ''),
          data: fc.oneof(messyObjects(types[0] as never), fc.jsonValue({ maxDepth: 1 })),
        },
        { requiredKeys: [] },
      ),
      { maxLength: 5 },
    ),
  })
  .map((body) => ({
    method: 'POST',
    path: '/Bulk',
    body: { schemas: ['urn:ietf:params:scim:api:messages:2.0:BulkRequest'], ...body },
  }));

describe.each(ENGINES)('a service that is sent anything, on $name', (engine) => {
  let service: TestService;
  let count = 0;

  beforeAll(async () => {
    service = await startService(engine);
  });
  afterAll(async () => {
    await service.close();
  });

  const toExisting = async (path: string): Promise<string> => {
    const [, endpoint] = /^(.*)\/\{id\}$/.exec(path) ?? [];
    if (endpoint === undefined) return path;
    const name = `there-${(count += 1)}`;
    const emails = [{ value: 'a@example.com', type: 'work' }];
    const members = [{ value: 'a', display: 'A' }, { value: 'b' }];
    const { body } = await service.scim('POST', endpoint, { userName: name, displayName: name, emails, members });
    return `${endpoint}/${String(body['id'])}`;
  };

  it.each([
    ['queries', lists],
    ['searches', searches],
    ['resources and operations on them', writes],
    ['bulk requests', bulks],
  ])(
    'answers %s with what the RFC has for them',
    async (_what, requests) => {
      const sendOne = async ({ method, path, body, headers: given }: SentRequest): Promise<void> => {
        const answer = await service.scim(method, await toExisting(path), body, given);
        const isFault = answer.status >= 400;
        expect([answer.status, answer.text]).not.toEqual([500, answer.text]);
        if (isFault && method !== 'HEAD') expect(answer.body['schemas']).toEqual([ERROR]);
      };
      await fc.assert(fc.asyncProperty(requests, sendOne), { numRuns: RUNS });
    },
    60_000,
  );
});
