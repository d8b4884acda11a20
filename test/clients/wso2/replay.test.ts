/** Every exchange that WSO2 Identity Server was recorded in, against the service as it is: its client takes each answer. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { ENGINES } from '../../support/engines.ts';
import { request, startService, type TestService } from '../../support/service.ts';
import { FLOWS, lookupOf, precedents, protocolOf, RECORDED_CREDENTIALS, replay, type Flow } from './replay.ts';

const authorization = `Basic ${Buffer.from('admin:adm1n:pw').toString('base64')}`;
const PEOPLE = '/Users?count=1000&attributes=';
const GROUPS = '/Groups?count=1000&attributes=';

interface Person {
  readonly id: string;
  readonly userName: string;
  readonly [attribute: string]: unknown;
}
interface Group {
  readonly id: string;
  readonly displayName: string;
  readonly members?: readonly { readonly value: string }[];
}

/** What becomes of the people and groups that were there, by flow; the others leave them as they are. */
const EXPECTED: Readonly<
  Record<string, { readonly people?: object; readonly groups?: Readonly<Record<string, string[]>> }>
> = {
  '2.0 user create tutorial': { people: { Robin: { emails: [{ value: 'robin@wso2.com' }] } } },
  '2.0 user create no claims': { people: { Robin: {} } },
  '2.0 user create two emails csv split': {
    people: { robin: { emails: [{ value: 'a@x.com' }, { value: 'b@x.com' }] } },
  },
  '2.0 user create emails as objects flag on': {
    people: { robin: { emails: [{ value: 'a@x.com', primary: true }, { value: 'b@x.com' }] } },
  },
  '2.0 user create unicode and slash escape': { people: { zoë: { name: { familyName: 'Žižek </b> "q"' } } } },
  '2.0 user update put': { people: { robin: { title: 'kept', name: { givenName: 'Robin', familyName: 'Hood' } } } },
  '2.0 user update put domain name': { people: { 'PRIMARY/robin': { title: 'kept', nickName: 'n' } } },
  '2.0 user update put email username': { people: { 'robin@wso2.com': { title: 'kept', nickName: 'n' } } },
  '2.0 user update put space and apostrophe': { people: { "o'brien smith": { title: 'kept', nickName: 'n' } } },
  '2.0 user update put unicode': { people: { zoë: { title: 'kept', nickName: 'n' } } },
  '2.0 user update put reserved': { people: { 'a+b&c=d': { title: 'kept', nickName: 'n' } } },
  '2.0 user update put percent': { people: { '50%': { title: 'kept', nickName: 'n' } } },
  '2.0 user update put unreserved': { people: { 'tilde~star*paren()': { title: 'kept', nickName: 'n' } } },
  '2.0 user update put quote': { people: { 'x"y': { title: 'kept', nickName: 'n' } } },
  '2.0 user delete': { people: {} },
  '2.0 user delete null username': { people: { bystander: { title: 'kept' } } },
  '2.0 group create empty': { groups: { Sales: [] } },
  '2.0 group create members one unknown': { groups: { Sales: ['robin', 'tuck'] } },
  '2.0 group update put': { groups: { Sales: ['robin', 'tuck'] } },
  '2.0 group update put no members': { groups: { Sales: ['tuck'] } },
  '2.0 group rename put domain': { groups: { 'PRIMARY/Sales EU': ['tuck'] } },
  '2.0 group patch rename add remove': { groups: { 'Sales EU': ['robin'] } },
  '2.0 group patch members': { groups: { Sales: ['robin', 'tuck'] } },
  '2.0 group delete': { groups: {} },
  '2.0 user create retry after 5s timeout': { people: { robin: {} } },
  '1.1 user create tutorial': { people: { Robin: { emails: [{ value: 'robin@wso2.com' }] } } },
  '1.1 user create unicode': { people: { zoë: { name: { familyName: 'Žižek zoë' } } } },
  '1.1 user update is patch': {
    people: { robin: { title: 'kept', nickName: 'rob', emails: [{ value: 'robin@wso2.com' }] } },
  },
  '1.1 user delete domain name': { people: {} },
  '1.1 user delete raw reserved': { people: {} },
  '1.1 user delete raw percent': { people: {} },
  '1.1 group create one unknown': { groups: { Sales: ['robin'] } },
  '1.1 group patch add remove': { groups: { Sales: ['robin'] } },
  '1.1 group patch rename': { groups: { 'Sales EU': ['tuck'] } },
  '1.1 group delete': { groups: {} },
};

/** Without credentials, and after an answer that this service does not give: both must fail visibly. */
const REFUSED: ReadonlySet<string> = new Set(['2.0 auth none', '1.1 user delete after empty list']);

describe.each(ENGINES)('WSO2 Identity Server on $name', (engine) => {
  let service: TestService;
  let root: string;

  beforeAll(async () => {
    service = await startService(engine, RECORDED_CREDENTIALS);
    root = service.app.baseUrl;
  });
  afterAll(() => service.close());
  afterEach(async () => {
    for (const path of [PEOPLE, GROUPS])
      for (const { id } of await all<Person>(`${path}id`)) await admin('DELETE', `${path.split('?')[0] ?? ''}/${id}`);
  });

  const admin = (method: string, path: string, body?: unknown) =>
    request(`${service.app.scimUrl}${path}`, method, body, { authorization });
  const all = async <T>(path: string): Promise<readonly T[]> =>
    (await admin('GET', path)).body['Resources'] as readonly T[];

  /** Users with an attribute that nothing recorded has; groups with the member that flows take out. */
  async function prepare(flow: Flow): Promise<ReadonlyMap<string, string>> {
    const ids = new Map<string, string>();
    const wanted = precedents(flow);
    const names = wanted.filter(({ resource }) => resource === 'User').map(({ name }) => name);
    const groups = wanted.filter(({ resource }) => resource === 'Group').map(({ name }) => name);
    const isGroupFlow = groups.length > 0;
    const people = [...new Set([...names, ...(isGroupFlow ? ['tuck'] : []), ...bystanders(flow)])];
    for (const userName of people)
      ids.set(userName, String((await admin('POST', '/Users', { userName, title: 'kept' })).body['id']));
    for (const displayName of groups)
      await admin('POST', '/Groups', { displayName, members: [{ value: ids.get('tuck') }] });
    return ids;
  }

  const bystanders = ({ name }: Flow): readonly string[] =>
    name.includes('null') ? ['bystander'] : name.includes('clear') ? ['robin'] : [];

  it.each(FLOWS.filter(({ name }) => !REFUSED.has(name)))('takes every answer to: $name', async (flow) => {
    const replayed = await replay(root, flow, await prepare(flow));
    for (const { step, answer, refusal } of replayed) {
      const lookup = lookupOf(step);
      const isNobody = lookup !== undefined && ['ghost', 'null'].includes(lookup.name);
      const expected = isNobody && protocolOf(flow) === '2.0' ? 'No results found' : undefined;
      expect({ request: step.request, status: answer.status, text: answer.text, refusal }).toEqual({
        ...{ request: step.request, status: answer.status, text: answer.text },
        refusal: expected,
      });
    }
    await expectAfter(flow);
  });

  it('is told that credentials are missing, and fails', async () => {
    const [only] = await replay(root, flowNamed('2.0 auth none'), new Map());
    expect([only?.answer.status, only?.refusal]).toEqual([401, 'status 401']);
  });

  it('is told 404 for a user that IS believes to be null, and deletes nobody', async () => {
    await admin('POST', '/Users', { userName: 'robin' });
    const replayed = await replay(root, flowNamed('1.1 user delete after empty list'), new Map());
    expect(replayed.map(({ answer }) => answer.status)).toEqual([200, 404]);
    expect(await all<Person>(`${PEOPLE}userName`)).toHaveLength(1);
  });

  const flowNamed = (name: string): Flow => {
    const flow = FLOWS.find((one) => one.name === name);
    if (!flow) throw new Error(`there is no flow ${name}`);
    return flow;
  };

  async function expectAfter({ name }: Flow): Promise<void> {
    const { people, groups } = EXPECTED[name] ?? {};
    const found = await all<Person>('/Users?count=1000');
    if (people) {
      const byName = Object.fromEntries(found.map((person) => [person.userName, person]));
      expect(Object.keys(byName)).toEqual(Object.keys(people));
      expect(byName).toMatchObject(people);
    }
    if (!groups) return;
    const nameOf = new Map(found.map(({ id, userName }) => [id, userName]));
    const sets = (await all<Group>('/Groups?count=1000')).map(({ displayName, members = [] }) => [
      displayName,
      members.map(({ value }) => nameOf.get(value)).sort(),
    ]);
    expect(Object.fromEntries(sets)).toEqual(groups);
  }

  it('names no expectation for a flow that was not recorded', () => {
    const names = FLOWS.map(({ name }) => name);
    expect(Object.keys(EXPECTED).filter((name) => !names.includes(name))).toEqual([]);
  });
});
