/** Refusals of the token endpoint: which are final, and in whose words. */
import { afterEach, describe, expect, it } from '@jest/globals';
import type { LeadWrite } from '../../src/provisioning/lead-target.ts';
import type { SalesforceLeads } from '../../src/salesforce/leads.ts';
import { acceptAll, createClient, LATER, logIn, startStub, type Reply, type Stub } from './stub.ts';

const WRITES: readonly LeadWrite[] = [{ kind: 'update', leadId: '00Q000000000001AAA', fields: { City: 'Rome' } }];

let stub: Stub;
let leads: SalesforceLeads;

async function start(token: (index: number) => Reply): Promise<void> {
  stub = await startStub(acceptAll, (seen, index) => {
    const reply = token(index);
    return reply.status === undefined ? logIn()(seen, index) : reply;
  });
  ({ leads } = createClient(stub.url));
}

afterEach(async () => {
  leads.close();
  await stub.close();
});

const refuse = (error: string, description?: string): Reply => ({
  status: 400,
  body: description === undefined ? { error } : { error, error_description: description },
});

describe('refused credentials', () => {
  it.each([
    ['invalid_grant', 'authentication failure'],
    ['invalid_grant', 'authentication failure - Invalid Password'],
    ['invalid_grant', 'inactive user'],
    ['inactive_user', 'user is inactive'],
    ['invalid_grant', 'expired access/refresh token'],
    ['invalid_grant', 'request not supported on this domain'],
    ['invalid_grant', 'no client credentials user enabled'],
    ['invalid_grant', "user hasn't approved this consumer"],
    ['invalid_grant', 'audience is invalid'],
    ['invalid_grant', 'invalid assertion'],
    ['invalid_grant', 'expired authorization code'],
    ['invalid_app_access', 'user is not admin approved to access this app'],
    ['invalid_client_id', 'client identifier invalid'],
    ['invalid_client', 'invalid client credentials'],
    ['unsupported_grant_type', 'grant type not supported'],
    ['invalid_request', 'grant type is missing'],
    ['inactive_org', 'organization is locked, closed, or suspended'],
    ['app_not_found', 'External client app is not installed in this org'],
    ['app_not_found', 'this org was migrated'],
  ])('are told verbatim and never tried again: %s, %s', async (error, description) => {
    await start(() => refuse(error, description));
    const fault = { scope: 'request', status: 400, code: error, message: description, fields: [], committed: 'no' };
    for (let round = 0; round < 3; round += 1) {
      expect(await leads.write(WRITES, LATER)).toEqual([{ kind: 'failed', fault }]);
    }
    expect(stub.tokenCalls).toHaveLength(1);
    expect(stub.apiCalls).toHaveLength(0);
  });

  it('are tried again after a reset', async () => {
    await start((index) => (index === 0 ? refuse('invalid_grant', 'authentication failure') : {}));
    await leads.write(WRITES, LATER);
    leads.reset();
    expect(await leads.write(WRITES, LATER)).toMatchObject([{ kind: 'done' }]);
    expect(stub.tokenCalls).toHaveLength(2);
  });
});

describe('a refusal that passes', () => {
  it.each<[string, Reply, string]>([
    ['a login under way', refuse('invalid_grant', 'token request is already being processed'), 'invalid_grant'],
    ['too many logins', refuse('invalid_grant', 'login rate exceeded'), 'invalid_grant'],
    ['too many logins, by name', refuse('rate_limit_exceeded'), 'rate_limit_exceeded'],
    ['too many logins, by code', refuse('LOGIN_RATE_EXCEEDED', 'Login Rate Exceeded'), 'LOGIN_RATE_EXCEEDED'],
    ['trouble on the server', refuse('server_error', 'unexpected'), 'server_error'],
    ['a page of a proxy', { status: 400, headers: { 'content-type': 'text/html' }, body: '<h1>No</h1>' }, 'HTTP_400'],
    ['an outage', { status: 503, headers: { 'content-type': 'text/html' }, body: '<h1>Sorry</h1>' }, 'HTTP_503'],
    ['a proxy that wants a password', { status: 407, body: '' }, 'HTTP_407'],
    ['a redirect, which is not followed', { status: 302, headers: { location: 'http://192.0.2.1/' } }, 'HTTP_302'],
    ['a broken connection', { status: 200, reset: 'before' }, 'ECONNRESET'],
    ['a success without a token', { status: 200, body: { token_type: 'Bearer' } }, 'UNEXPECTED_RESPONSE'],
    ['a success that is a page', { status: 200, body: '<h1>Log in</h1>' }, 'UNEXPECTED_RESPONSE'],
    [
      'a success without a usable address',
      { status: 200, body: { access_token: 'x', instance_url: 'ftp://example.com' } },
      'UNEXPECTED_RESPONSE',
    ],
  ])('is not remembered: %s', async (_, reply, code) => {
    await start((index) => (index === 0 ? reply : {}));
    expect(await leads.write(WRITES, LATER)).toMatchObject([
      { kind: 'failed', fault: { scope: 'request', code, committed: 'no' } },
    ]);
    expect(await leads.write(WRITES, LATER)).toMatchObject([{ kind: 'done' }]);
    expect(stub.tokenCalls).toHaveLength(2);
  });
});
