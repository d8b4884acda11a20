/** What tells credentials apart says nothing of them. */
import { describe, expect, it } from '@jest/globals';
import { fingerprint } from '../../src/salesforce/fingerprint.ts';
import type { SalesforceAuth } from '../../src/salesforce/options.ts';

const loginUrl = 'https://login.salesforce.com';
const auth = { kind: 'password', clientId: 'id', username: 'user@example.com', password: 'hunter2' } as const;

describe('the fingerprint of credentials', () => {
  it('is the same for the same ones, in whatever order they are given', async () => {
    const { kind, ...rest } = auth;
    const first = await fingerprint({ auth, loginUrl });
    expect(await fingerprint({ auth: { ...rest, kind }, loginUrl })).toBe(first);
    expect(first).toMatch(/^[0-9a-f]{8}$/);
  });

  it.each<[string, SalesforceAuth, string]>([
    ['another password', { ...auth, password: 'hunter3' }, loginUrl],
    ['a security token', { ...auth, securityToken: 'token' }, loginUrl],
    ['another user', { ...auth, username: 'other@example.com' }, loginUrl],
    ['another client', { ...auth, clientId: 'other' }, loginUrl],
    ['another flow', { kind: 'client_credentials', clientId: 'id', clientSecret: 'hunter2' }, loginUrl],
    ['another org', auth, 'https://test.salesforce.com'],
  ])('is another one for %s', async (_what, other, url) => {
    expect(await fingerprint({ auth: other, loginUrl: url })).not.toBe(await fingerprint({ auth, loginUrl }));
  });
});
