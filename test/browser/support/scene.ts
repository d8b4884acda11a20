/** A service with people in every state, for the console to show. */
import { ENGINES, type Engine } from '../../support/engines.ts';
import { eventually, request, startService, type Answer, type TestService } from '../../support/service.ts';

// The console is the same on every engine; what it asks is tested on both.
const [ENGINE] = ENGINES as readonly [Engine];

/** The removal guard holds every removal. */
const GUARD = { REMOVAL_GUARD_COUNT: '0', REMOVAL_GUARD_PERCENT: '0' };

const JSON_TYPE = { 'content-type': 'application/json' };
/** The stand-in lets everybody in. */
const LOGIN = { client_id: 'x', client_secret: 'x', username: 'sales@example.com', password: 'x' };

export interface Scene {
  readonly service: TestService;
  /** SCIM ids by userName. */
  readonly ids: ReadonlyMap<string, string>;
  idOf(userName: string): string;
  create(userName: string, email?: string): Promise<void>;
  change(userName: string, path: string, value: unknown): Promise<Answer>;
  remove(userName: string): Promise<void>;
  /** By its last name, which is the userName: a Lead that was let go has no external id. */
  leadOf(userName: string): Promise<Record<string, unknown> | undefined>;
  /** Changes a Lead in Salesforce, as another user would. */
  editLead(userName: string, fields: object): Promise<void>;
  /** Deletes a Lead in Salesforce, as another user would. */
  loseLead(userName: string): Promise<void>;
  /** What Salesforce fails at from now on; without any it fails at nothing. */
  faults(...faults: readonly unknown[]): Promise<void>;
  /** Waits until so many users are in these states. */
  lanes(wanted: Readonly<Record<string, number>>): Promise<void>;
  close(): Promise<void>;
}

export async function setScene(environment: Record<string, string> = {}): Promise<Scene> {
  const service = await startService(ENGINE, { ...GUARD, LOG_LEVEL: 'warn', ...environment });
  const ids = new Map<string, string>();
  const idOf = (userName: string): string => {
    const id = ids.get(userName);
    if (id === undefined) throw new Error(`${userName} is not in this scene`);
    return id;
  };
  const patch = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';
  const leadOf: Scene['leadOf'] = async (userName) =>
    (await service.leads()).find(({ LastName: lastName }) => lastName === userName);
  return {
    service,
    ids,
    idOf,
    create: async (userName, email = `${userName}@example.com`) => {
      const user = { userName, name: { givenName: 'Given', familyName: userName }, emails: [email], title: 'Guide' };
      const { status, body, text } = await service.scim('POST', '/Users', user);
      if (status !== 201) throw new Error(text);
      ids.set(userName, String(body['id']));
    },
    change: (userName, path, value) =>
      service.scim('PATCH', `/Users/${idOf(userName)}`, {
        schemas: [patch],
        Operations: [{ op: 'replace', path, value }],
      }),
    remove: async (userName) => {
      await service.scim('DELETE', `/Users/${idOf(userName)}`);
    },
    leadOf,
    editLead: async (userName, fields) => {
      const form = new URLSearchParams({ ...LOGIN, grant_type: 'password' });
      const login = await fetch(`${service.sandbox.url}/services/oauth2/token`, { method: 'POST', body: form });
      // RFC 6749 §5.1.
      const { access_token: token } = (await login.json()) as { access_token: string };
      const path = `/services/data/v67.0/sobjects/Lead/${String((await leadOf(userName))?.['Id'])}`;
      const headers = { ...JSON_TYPE, authorization: `Bearer ${token}` };
      const { status, text } = await request(`${service.sandbox.url}${path}`, 'PATCH', fields, headers);
      if (status !== 204) throw new Error(text);
    },
    loseLead: async (userName) => {
      const path = `/sandbox/records/Lead/${String((await leadOf(userName))?.['Id'])}`;
      const { status, text } = await request(`${service.sandbox.url}${path}`, 'DELETE');
      if (status !== 204) throw new Error(text);
    },
    faults: async (...faults) => {
      await request(`${service.sandbox.url}/sandbox/faults`, 'POST', faults, JSON_TYPE);
    },
    lanes: async (wanted) => {
      await eventually(async () => {
        const { lanes } = (await service.admin('GET', '/status')).body as { lanes: Readonly<Record<string, number>> };
        return Object.entries(wanted).every(([state, users]) => lanes[state] === users) ? true : undefined;
      }, 15_000);
    },
    close: () => service.close(),
  };
}
