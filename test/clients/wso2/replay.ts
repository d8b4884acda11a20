/** What WSO2 Identity Server was recorded to send, sent again byte by byte, with our ids in the place of those it was given then. */
import { readFileSync } from 'node:fs';
import { Agent, request as httpRequest } from 'node:http';
import { fileURLToPath } from 'node:url';
import { refusalOf, type Judged, type Kind, type Protocol } from './judge.ts';

export interface Step {
  /** Method and target as they were on the wire. */
  readonly request: string;
  /** Name of a set of headers. */
  readonly headers: string;
  readonly body?: string;
  /** The id that a look-up of a user was answered with then, where it is not that of its place among them: `id-2` for the second. */
  readonly found?: string;
}

export interface Flow {
  readonly name: string;
  readonly steps: readonly Step[];
}

interface Exchanges {
  readonly headers: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly flows: readonly Flow[];
}

// Written for this folder.
const exchanges = JSON.parse(
  readFileSync(fileURLToPath(new URL('exchanges.json', import.meta.url)), 'utf8'),
) as Exchanges;

export const FLOWS = exchanges.flows;

/** Those in the recorded Authorization headers; the colon in the password is on purpose. */
export const RECORDED_CREDENTIALS = {
  SCIM_USERNAME: 'admin',
  SCIM_PASSWORD: 'adm1n:pw',
  SCIM_CREDENTIALS: JSON.stringify([{ name: 'is-bearer', token: 'tok-123-tok-123-' }]),
};

export const protocolOf = ({ name }: Flow): Protocol => (name.startsWith('1.1') ? '1.1' : '2.0');

/** A name that a flow looks up, and that is to be there before: neither `ghost` nor a name that was lost. */
export interface Lookup {
  readonly resource: 'User' | 'Group';
  readonly name: string;
}

const ABSENT = ['ghost', 'null'];

export function lookupOf({ request }: Step): Lookup | undefined {
  const [, resource, text] =
    /^GET \S*\/(User|Group)s\?filter=\w+%20Eq%20(.*?)(?:&startIndex=1&count=1)?$/.exec(request) ?? [];
  if (text === undefined) return undefined;
  // The SCIM 1.1 client encodes nothing but the spaces around Eq.
  const name = request.includes('/wso2/') ? text : decodeURIComponent(text);
  return { resource: resource as Lookup['resource'], name };
}

/** What a flow expects to be there, each once. */
export function precedents(flow: Flow): readonly Lookup[] {
  const lookups = flow.steps.flatMap((step) => lookupOf(step) ?? []).filter(({ name }) => !ABSENT.includes(name));
  const named = new Map(lookups.map((lookup) => [`${lookup.resource} ${lookup.name}`, lookup]));
  return [...named.values()];
}

export interface Replayed {
  readonly step: Step;
  readonly answer: Judged;
  /** What the client fails with. */
  readonly refusal: string | undefined;
}

const REMOTE_ID = /\bid-\d+/g;

/**
 * @param url of the service
 * @param ids by name, of what was there before
 */
export async function replay(url: string, flow: Flow, ids: ReadonlyMap<string, string>): Promise<readonly Replayed[]> {
  const users = new Map<string, string>();
  let lookups = 0;
  let group = '';
  const replayed: Replayed[] = [];
  const agent = protocolOf(flow) === '2.0' && new Agent({ keepAlive: true, maxSockets: 1 });
  // A flow that was recorded without its look-up is about robin.
  const own = (text: string): string =>
    text.replace(REMOTE_ID, (id) => users.get(id) ?? ids.get('robin') ?? '').replace(/\/g1$/, `/${group}`);
  for (const step of flow.steps) {
    const sent = { ...step, request: own(step.request), ...(step.body && { body: own(step.body) }) };
    const answer = await send(url, sent, agent);
    const judged: Judged = { protocol: protocolOf(flow), kind: kindOf(step), resource: resourceOf(step), ...answer };
    const lookup = lookupOf(step);
    if (lookup?.resource === 'User') users.set(step.found ?? `id-${(lookups += 1)}`, firstId(judged));
    if (lookup?.resource === 'Group') group = firstId(judged);
    replayed.push({ step, answer: judged, refusal: refusalOf(judged) });
  }
  if (agent) agent.destroy();
  return replayed;
}

const KINDS: Readonly<Record<string, Kind>> = {
  GET: 'lookup',
  POST: 'create',
  PUT: 'update',
  PATCH: 'update',
  DELETE: 'delete',
};

const kindOf = ({ request }: Step): Kind => KINDS[request.split(' ')[0] ?? ''] ?? 'update';
const resourceOf = ({ request }: Step): 'User' | 'Group' => (request.includes('/Groups') ? 'Group' : 'User');

function firstId({ text }: Judged): string {
  const list = JSON.parse(text === '' ? '{}' : text) as { Resources?: readonly { id: string }[] };
  return list.Resources?.[0]?.id ?? '';
}

type Sent = Pick<Judged, 'status' | 'contentType' | 'text'>;

/** @param agent that keeps connections; without one the request has a connection of its own, as each of SCIM 1.1 had */
export function send(url: string, step: Step, agent: Agent | false = false): Promise<Sent> {
  const [method = '', ...target] = step.request.split(' ');
  const { hostname, port } = new URL(url);
  const headers = headersOf(step, new URL(url).host);
  return new Promise((resolve, reject) => {
    const path = target.join(' ');
    const asked = httpRequest({ hostname, port, method, path, headers, setHost: false, agent });
    // What was not recorded is not sent: Node would add it.
    if (!('Connection' in headers)) asked.removeHeader('connection');
    asked.on('error', reject);
    asked.on('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        resolve({ status: response.statusCode ?? 0, contentType: response.headers['content-type'], text });
        if (!agent) asked.destroy();
      });
    });
    asked.end(step.body);
  });
}

/** In the order of the recording; a length only where there is a body, which may have another id in it now. */
function headersOf({ headers: name, body }: Step, host: string): Record<string, string> {
  const recorded = exchanges.headers[name];
  if (!recorded) throw new Error(`there are no headers ${name}`);
  const values = { '{{host}}': host, '{{length}}': body === undefined ? undefined : String(Buffer.byteLength(body)) };
  const filled = Object.entries({ ...recorded, ...withLongToken(recorded) }).map(([header, value]) => [
    header,
    value in values ? values[value as keyof typeof values] : value,
  ]);
  return Object.fromEntries(filled.filter(([, value]) => value !== undefined)) as Record<string, string>;
}

/** The recorded tokens are shorter than this service takes. */
function withLongToken({ Authorization: text = '' }: Readonly<Record<string, string>>): Record<string, string> {
  const token = /^(?:Bearer tok|key)-123$/.test(text);
  return token ? { Authorization: text.replace(/(tok|key)-123/, 'tok-123-tok-123-') } : {};
}
