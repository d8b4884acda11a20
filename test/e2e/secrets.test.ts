/** Secrets and personal data are planted wherever a client or Salesforce can say them, and looked for in everything that is logged. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ENGINES } from '../support/engines.ts';
import { eventually, request, startService, type TestService } from '../support/service.ts';

const PATCH_OP = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';

const SECRETS = {
  password: 'Plant-Password-1',
  wrongPassword: 'Plant-Wrong-Password-2',
  token: 'plant-token-of-a-client',
  wrongToken: 'plant-wrong-token-of-a-client',
  metricsToken: 'plant-token-of-prometheus',
  clientSecret: 'plant-client-secret',
  salesforcePassword: 'plant-salesforce-password',
  securityToken: 'plantsecuritytoken',
} as const;

const PERSON = {
  userName: 'plantuser.lovelace',
  email: 'plantmail@lovelace.example',
  badEmail: 'plantbadmail@nowhere',
  givenName: 'Plantgiven',
  familyName: 'Plantfamily',
  phone: '+44-plantphone',
  street: '12 Plantstreet',
} as const;

const PLANTS = { ...SECRETS, ...PERSON };

const basic = (username: string, password: string): string =>
  `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;

/** As it is, in a URL, and in the header of Basic. */
const formsOf = (text: string): readonly string[] => [text, encodeURIComponent(text), btoa(text).replace(/=+$/, '')];

describe.each(ENGINES)('what is logged on $name', (engine) => {
  let service: TestService;
  let log = '';
  const requestIds: string[] = [];

  beforeAll(async () => {
    service = await startService(engine, {
      SCIM_CREDENTIALS: JSON.stringify([{ name: 'hr', token: SECRETS.token }]),
      METRICS_TOKEN: SECRETS.metricsToken,
      SALESFORCE_CLIENT_SECRET: SECRETS.clientSecret,
      SALESFORCE_PASSWORD: SECRETS.salesforcePassword,
      SALESFORCE_SECURITY_TOKEN: SECRETS.securityToken,
    });
    await clientsSayEverything();
    await salesforceRepeatsIt();
    log = service.log();
  });
  afterAll(() => service.close());

  const authorization = `Bearer ${SECRETS.token}`;
  const scim = async (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) => {
    const answer = await service.scim(method, path, body, { authorization, ...headers });
    return { status: answer.status, id: String(answer.body['id']) };
  };
  const person = (email: string = PERSON.email) => ({
    userName: PERSON.userName,
    password: SECRETS.password,
    name: { givenName: PERSON.givenName, familyName: PERSON.familyName },
    emails: [{ value: email, type: 'work' }],
    phoneNumbers: [{ value: PERSON.phone, type: 'work' }],
    addresses: [{ streetAddress: PERSON.street, type: 'work' }],
  });
  const statuses: number[] = [];
  const say = async (...args: Parameters<typeof scim>): Promise<string> => {
    const { status, id } = await scim(...args);
    statuses.push(status);
    return id;
  };

  async function clientsSayEverything(): Promise<void> {
    const id = await say('POST', '/Users', person(), { 'x-request-id': 'request-of-the-create' });
    requestIds.push('request-of-the-create');
    await eventually(async () => ((await service.leads()).length === 1 ? true : undefined));
    await say('POST', '/Users', person());
    await say('POST', '/Users', `{"userName": "${PERSON.userName}", "password": "${SECRETS.password}", oops`);
    await say('POST', '/Users', { ...person(), active: PERSON.email });
    await say('GET', `/Users?filter=${encodeURIComponent(`emails.value eq "${PERSON.email}" and`)}`);
    await say('GET', `/Users?filter=${encodeURIComponent(`userName eq "${PERSON.userName}"`)}`);
    await say('GET', `/Users/${PERSON.userName}`);
    await say('GET', `/Users?password=${SECRETS.password}&access_token=${SECRETS.token}`);
    await say('GET', `/nothing/${encodeURIComponent(PERSON.email)}`);
    await say('GET', '/Users', undefined, { authorization: basic('admin', SECRETS.wrongPassword) });
    await say('GET', '/Users', undefined, { authorization: `Bearer ${SECRETS.wrongToken}` });
    await say('GET', '/Users', undefined, { 'x-request-id': `not an id of ${PERSON.email}` });
    const operations = [{ op: 'replace', path: `emails[value eq "${PERSON.badEmail}"].value`, value: PERSON.email }];
    await say('PATCH', `/Users/${id}`, { schemas: [PATCH_OP], Operations: operations });
    await request(`${service.app.baseUrl}/metrics`, 'GET', undefined, {
      authorization: `Bearer ${SECRETS.metricsToken}`,
    });
  }

  async function salesforceRepeatsIt(): Promise<void> {
    // Refuses the record and quotes its value.
    await say('POST', '/Users', { ...person(PERSON.badEmail), userName: `${PERSON.userName}.2` });
    await eventually(async () => (service.log().includes('lead parked') ? true : undefined));
    const message = `${PERSON.familyName} of ${PERSON.email} with ${SECRETS.clientSecret} and ${SECRETS.salesforcePassword}`;
    // Refuses the whole call, and closes the gate with its words.
    const fault = {
      match: { path: '/composite' },
      times: 1,
      action: {
        status: 503,
        errorCode: 'SERVER_UNAVAILABLE',
        body: [{ errorCode: 'SERVER_UNAVAILABLE', message: `Try later, ${PERSON.email}; ${SECRETS.clientSecret}` }],
      },
    };
    await request(`${service.sandbox.url}/sandbox/faults`, 'POST', [fault], { 'content-type': 'application/json' });
    await say('POST', '/Users', { ...person(), userName: `${PERSON.userName}.3`, displayName: message });
    await eventually(async () => (service.log().includes('salesforce gate closed') ? true : undefined));
  }

  it('is said after everything was: created, refused in every way, parked, gated', () => {
    expect(new Set(statuses)).toEqual(new Set([201, 409, 400, 200, 404, 403, 401]));
    for (const event of [
      'request answered',
      'lead delivered',
      'lead parked',
      'salesforce gate closed',
      'salesforce called',
    ])
      expect(log).toContain(`"msg":"${event}"`);
  });

  it.each(Object.entries(PLANTS))('has no %s in it', (_what, plant) => {
    const found = formsOf(plant).flatMap((form) => log.split('\n').filter((line) => line.includes(form)));
    expect(found).toEqual([]);
  });

  it('names the SCIM request in the line of the attempt that delivered it', () => {
    const lines = log.split('\n').filter((line) => line !== '');
    const events = lines.map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>);
    const told = events.filter(({ requestId }) => requestId === requestIds[0]).map(({ msg }) => msg);
    expect(told).toEqual(['request answered', 'lead delivered']);
  });
});
