/** Pages of long resources end sooner than `count` says, and nobody is left out between them (RFC 7644 §3.4.2.4, RFC 9865). */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { MAX_PAGE_BYTES } from '../../src/operations/page-size.ts';
import { ENGINES } from '../support/engines.ts';
import { AUTHORIZATION, request, startService, type Answer, type TestService } from '../support/service.ts';

const SEARCH = 'urn:ietf:params:scim:api:messages:2.0:SearchRequest';
const RESOURCES = 30;
/** So long that a page has room for fewer than there are, and a body for one. */
const LONG = 'x'.repeat(900_000);

type Page = Readonly<Record<string, unknown>>;

describe.each(ENGINES)('pages of long resources on $name', (engine) => {
  let service: TestService;
  const ids = new Map<string, string[]>();

  const create = async (path: string, resource: object): Promise<string> => {
    const { status, body } = await service.scim('POST', path, resource);
    expect(status).toBe(201);
    const { id } = body as { id: string };
    ids.set(path, [...(ids.get(path) ?? []), id]);
    return id;
  };

  beforeAll(async () => {
    service = await startService(engine);
    // Users with long titles, one of them with a long name; groups that show that name.
    const user = await create('/Users', { userName: 'user0', displayName: LONG });
    for (let at = 1; at < RESOURCES; at += 1) await create('/Users', { userName: `user${at}`, title: LONG });
    for (let at = 0; at < RESOURCES; at += 1)
      await create('/Groups', { displayName: `group${at}`, members: [{ value: user }] });
  }, 60_000);
  afterAll(() => service.close());

  const idsOf = ({ Resources }: Page): string[] => (Resources as { id: string }[]).map(({ id }) => id);

  function expectPage({ status, body, text }: Answer): Page {
    expect(status).toBe(200);
    expect(idsOf(body).length).toBeGreaterThan(0);
    expect(body).toMatchObject({ totalResults: RESOURCES, itemsPerPage: idsOf(body).length });
    expect(text.length).toBeLessThan(MAX_PAGE_BYTES + 100_000);
    return body;
  }

  async function byIndex(ask: (startIndex: number) => Promise<Answer>): Promise<readonly string[][]> {
    const pages: string[][] = [];
    for (let startIndex = 1; startIndex <= RESOURCES;) {
      const page = expectPage(await ask(startIndex));
      expect(page['startIndex']).toBe(startIndex);
      pages.push(idsOf(page));
      startIndex += idsOf(page).length;
    }
    return pages;
  }

  async function byCursor(ask: (cursor: string) => Promise<Answer>): Promise<readonly string[][]> {
    const pages: string[][] = [];
    let cursor: unknown = '';
    do {
      const page = expectPage(await ask(cursor as string));
      pages.push(idsOf(page));
      cursor = page['nextCursor'];
    } while (cursor !== undefined);
    return pages;
  }

  const search = (path: string, query: object): Promise<Answer> =>
    service.scim('POST', `${path}/.search`, { schemas: [SEARCH], ...query });
  const version1 = (path: string): Promise<Answer> =>
    request(`${service.app.baseUrl}/scim/v1${path}`, 'GET', undefined, { authorization: AUTHORIZATION });

  describe.each(['/Users', '/Groups'])('%s', (path) => {
    const expectAll = (pages: readonly string[][]): void => {
      expect(pages.length).toBeGreaterThan(1);
      expect(pages.flat()).toEqual(ids.get(path));
    };

    it('come by startIndex, each of them once', async () => {
      expectAll(await byIndex((startIndex) => service.scim('GET', `${path}?count=1000&startIndex=${startIndex}`)));
    });

    it('come by cursor, each of them once', async () => {
      expectAll(await byCursor((cursor) => service.scim('GET', `${path}?count=1000&cursor=${cursor}`)));
    });

    it('come from /.search, each of them once', async () => {
      expectAll(await byIndex((startIndex) => search(path, { startIndex, sortBy: 'meta.created' })));
      expectAll(await byCursor((cursor) => search(path, { cursor, sortBy: 'meta.created' })));
    });

    it('come in SCIM 1.1, each of them once', async () => {
      expectAll(await byIndex((startIndex) => version1(`${path}?count=1000&startIndex=${startIndex}`)));
    });
  });

  it('hold as many as asked for where the lists that are long are not wanted', async () => {
    const { body } = await service.scim('GET', '/Groups?excludedAttributes=members');
    expect(body).toMatchObject({ totalResults: RESOURCES, itemsPerPage: RESOURCES });
    expect(body['nextCursor']).toBeUndefined();
  });
});

describe.each(ENGINES)('pages of users in a group with a long name on $name', (engine) => {
  let service: TestService;

  beforeAll(async () => {
    service = await startService(engine);
    const members: object[] = [];
    for (let at = 0; at < RESOURCES; at += 1) {
      const { body } = await service.scim('POST', '/Users', { userName: `user${at}` });
      members.push({ value: body['id'] });
    }
    expect((await service.scim('POST', '/Groups', { displayName: LONG, members })).status).toBe(201);
  }, 60_000);
  afterAll(() => service.close());

  it('end where the groups that they show are too long, unless nobody wants those', async () => {
    const { body, text } = await service.scim('GET', '/Users');
    expect(text.length).toBeLessThan(MAX_PAGE_BYTES + 100_000);
    expect(body).toMatchObject({ totalResults: RESOURCES, itemsPerPage: 8 });
    const { body: whole } = await service.scim('GET', '/Users?attributes=userName');
    expect(whole).toMatchObject({ totalResults: RESOURCES, itemsPerPage: RESOURCES });
  });
});
