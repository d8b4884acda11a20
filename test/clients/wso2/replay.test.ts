/** Every exchange that WSO2 Identity Server was recorded in, against the service as it is: its client takes each answer. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { ENGINES } from '../../support/engines.ts';
import { eventually, request, startService, type TestService } from '../../support/service.ts';
import { isAskedAgain, misreadingOf } from './misreadings.ts';
import { BEFORE, leadOf, OUTCOMES, type Person } from './outcomes.ts';
import { FLOWS, lookupOf, precedents, protocolOf, RECORDED_CREDENTIALS, replay, type Flow } from './replay.ts';

const authorization = `Basic ${Buffer.from('admin:adm1n:pw').toString('base64')}`;

interface Group {
  readonly id: string;
  readonly displayName: string;
  readonly members?: readonly { readonly value: string }[];
}

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
    for (const type of ['Users', 'Groups'])
      for (const { id } of await all<Person>(type)) await admin('DELETE', `/${type}/${id}`);
  });

  const admin = (method: string, path: string, body?: unknown) =>
    request(`${service.app.scimUrl}${path}`, method, body, { authorization });
  const all = async <T>(type: string): Promise<readonly T[]> =>
    (await admin('GET', `/${type}?count=1000`)).body['Resources'] as readonly T[];

  /** Users with an attribute that nothing recorded has; groups with the member that flows take out. */
  async function prepare(flow: Flow): Promise<ReadonlyMap<string, string>> {
    const ids = new Map<string, string>();
    const wanted = precedents(flow);
    const namesOf = (type: string) => wanted.filter(({ resource }) => resource === type).map(({ name }) => name);
    const groups = namesOf('Group');
    const before = BEFORE[flow.name] ?? {};
    const people = new Set([...namesOf('User'), ...(groups.length > 0 ? ['tuck'] : []), ...Object.keys(before)]);
    for (const userName of people) {
      const { body } = await admin('POST', '/Users', { userName, title: 'kept', ...before[userName] });
      ids.set(userName, String(body['id']));
    }
    for (const displayName of groups)
      await admin('POST', '/Groups', { displayName, members: [{ value: ids.get('tuck') }] });
    // Nobody who leaves before the first delivery gets a Lead.
    await expectLeads(await all<Person>('Users'));
    return ids;
  }

  it.each(FLOWS.filter(({ name }) => !REFUSED.has(name)))('takes every answer to: $name', async (flow) => {
    const replayed = await replay(root, flow, await prepare(flow));
    for (const { step, answer, refusal } of replayed) {
      const lookup = lookupOf(step);
      const isNobody = lookup !== undefined && ['ghost', 'null'].includes(lookup.name);
      const expected = isNobody && protocolOf(flow) === '2.0' ? 'No results found' : undefined;
      const asked = { request: step.request, status: answer.status, text: answer.text };
      const reaction = { refusal, misreading: misreadingOf(answer), isAskedAgain: isAskedAgain(answer) };
      expect({ ...asked, ...reaction }).toEqual({
        ...asked,
        ...{ refusal: expected, misreading: undefined, isAskedAgain: false },
      });
    }
    await expectOutcome(flow);
  });

  it('is told that credentials are missing, and fails', async () => {
    const [only] = await replay(root, flowNamed('2.0 auth none'), new Map());
    expect([only?.answer.status, only?.refusal]).toEqual([401, 'status 401']);
  });

  it('is told 404 for a user that IS believes to be null, and deletes nobody', async () => {
    await admin('POST', '/Users', { userName: 'robin' });
    const replayed = await replay(root, flowNamed('1.1 user delete after empty list'), new Map());
    expect(replayed.map(({ answer }) => answer.status)).toEqual([200, 404]);
    expect(replayed.map(({ answer }) => misreadingOf(answer))).toEqual([undefined, undefined]);
    expect(await all<Person>('Users')).toHaveLength(1);
  });

  it.each(['2.0 user create tutorial', '1.1 user create tutorial'])(
    'sees no password again, in no answer and in no log: %s',
    async (name) => {
      const replayed = await replay(root, flowNamed(name), new Map());
      const found = await admin('GET', '/Users?attributes=userName,password');
      const texts = [...replayed.map(({ answer }) => answer.text), found.text, service.log()].join('\n');
      expect(texts).toContain('Robin');
      for (const secret of ['robin123', 'adm1n:pw', 'YWRtaW46YWRtMW46cHc=']) expect(texts).not.toContain(secret);
    },
  );

  const flowNamed = (name: string): Flow => {
    const flow = FLOWS.find((one) => one.name === name);
    if (!flow) throw new Error(`there is no flow ${name}`);
    return flow;
  };

  async function expectOutcome({ name }: Flow): Promise<void> {
    const { people = {}, groups = {}, without = [] } = OUTCOMES[name] ?? {};
    const found = await all<Person>('Users');
    const byName = Object.fromEntries(found.map((person) => [person.userName, person]));
    expect(Object.keys(byName).sort()).toEqual(Object.keys(people).sort());
    expect(byName).toMatchObject(people);
    for (const person of found) for (const path of without) expect(person).not.toHaveProperty(path);
    const nameOf = new Map(found.map(({ id, userName }) => [id, userName]));
    const sets = (await all<Group>('Groups')).map(({ displayName, members = [] }) => [
      displayName,
      members.map(({ value }) => nameOf.get(value)).sort(),
    ]);
    expect(Object.fromEntries(sets)).toEqual(groups);
    await expectLeads(found);
  }

  /** One for each person, and no other; those of the flow before may be on their way out. */
  async function expectLeads(people: readonly Person[]): Promise<void> {
    const expected = people.map((person) => JSON.stringify(leadOf(person))).sort();
    let last: readonly string[] = [];
    const isSo = async (): Promise<true | undefined> => {
      last = (await service.leads()).map((lead) => JSON.stringify(shown(lead))).sort();
      return JSON.stringify(last) === JSON.stringify(expected) ? true : undefined;
    };
    await eventually(isSo, 8_000).catch(() => expect(last).toEqual(expected));
  }

  const shown = ({ SCIM_Id__c, FirstName = null, LastName, Email = null, Status }: Record<string, unknown>) => ({
    ...{ SCIM_Id__c, FirstName, LastName, Email },
    isOpen: Status !== 'Closed - Not Converted',
  });

  it('knows what comes of every flow that was recorded, and of no other', () => {
    const names = FLOWS.map(({ name }) => name).filter((name) => !REFUSED.has(name));
    expect(Object.keys(OUTCOMES).sort()).toEqual(names.sort());
  });
});
