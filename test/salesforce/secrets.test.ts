/** That no secret leaves the client except in the request it is for, even when a server sends it back. */
import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import type { LeadWrite } from '../../src/provisioning/lead-target.ts';
import type { SalesforceAuth } from '../../src/salesforce/options.ts';
import {
  createClient,
  LATER,
  leadId,
  logIn,
  PASSWORD_AUTH,
  startStub,
  tokenNumber,
  type Reply,
  type Seen,
} from './stub.ts';

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const PEM = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();

const FLOWS: readonly SalesforceAuth[] = [
  PASSWORD_AUTH,
  { kind: 'client_credentials', clientId: 'the-consumer-key', clientSecret: 'the-consumer-secret' },
  { kind: 'jwt_bearer', clientId: 'the-consumer-key', username: 'integration@example.com', privateKey: PEM },
];

const SECRETS = [
  'pass&word',
  'pass%26word',
  'Tok3n',
  'the-consumer-secret',
  tokenNumber(1),
  tokenNumber(2),
  PEM,
  'eyJ',
];

/** A person's data, which is in the request and must not be in an event. */
const PERSONAL = 'ada.lovelace@example.com';

const WRITES: readonly LeadWrite[] = [
  { kind: 'upsert', externalId: '1', fields: { Email: PERSONAL } },
  { kind: 'delete', leadId: leadId(1) },
];

/** Says everything it was sent, headers and all. */
const echo =
  (status: number) =>
  (seen: Seen): Reply => {
    const message = `${JSON.stringify(seen.headers)} ${seen.path} ${seen.body} ${decodeURIComponent(seen.body)}`;
    return { status, body: [{ errorCode: 'ECHO', message, fields: [message] }] };
  };

const echoOAuth = (seen: Seen): Reply => ({
  status: 400,
  body: { error: `invalid ${seen.body}`, error_description: `${seen.body} ${decodeURIComponent(seen.body)}` },
});

const FAILURES: readonly (readonly [string, (seen: Seen) => Reply])[] = [
  ['an error that repeats the request', echo(400)],
  ['a lasting 401 that repeats the request', echo(401)],
  ['an error of the server that repeats the request', echo(500)],
  ['a broken connection', () => ({ reset: 'before' })],
  ['half an answer', () => ({ reset: 'halfway', body: [] })],
  ['a slow answer', () => ({ delayMs: 300 })],
  ['a page that repeats the request', (seen) => ({ ...echo(503)(seen), headers: { 'content-type': 'text/html' } })],
  ['a redirect', () => ({ status: 302, headers: { location: 'http://192.0.2.1/' } })],
];

async function everythingSaid(
  auth: SalesforceAuth,
  api: (seen: Seen) => Reply,
  token = logIn(),
): Promise<{ said: string; events: string }> {
  const stub = await startStub(api, token);
  const { leads, events } = createClient(stub.url, { auth, timeoutMs: 150 });
  try {
    const results: unknown[] = [
      await leads.write(WRITES, LATER),
      await leads.find({ field: 'Email' }, [PERSONAL], LATER),
      await leads.describeLead(),
      await leads.limits(),
    ];
    return { said: JSON.stringify([results, events]), events: JSON.stringify(events) };
  } finally {
    leads.close();
    await stub.close();
  }
}

describe.each(FLOWS)('with the flow $kind', (auth) => {
  it.each(FAILURES)('no secret is told after %s', async (_, api) => {
    const { said, events } = await everythingSaid(auth, api);
    expect(said).toContain('"kind":"failed"');
    expect(SECRETS.filter((secret) => said.includes(secret))).toEqual([]);
    expect(events).not.toContain(PERSONAL);
  });

  it('no secret is told after a refusal that repeats the token request', async () => {
    const { said } = await everythingSaid(auth, echo(400), echoOAuth);
    expect(said).toContain('invalid');
    expect(SECRETS.filter((secret) => said.includes(secret))).toEqual([]);
  });
});
