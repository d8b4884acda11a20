/** When a signed assertion stands for a user (help: "OAuth 2.0 JWT Bearer Flow"). */
import { createPublicKey, verify } from 'node:crypto';
import { findClient, type TokenRequest } from './clients.ts';
import { assertionExpired, assertionInvalid, audienceWrong } from './oauth-error.ts';

const LOGIN_HOSTS = ['https://login.salesforce.com', 'https://test.salesforce.com'];

interface Assertion {
  readonly header: Readonly<Record<string, unknown>>;
  readonly claims: Readonly<Record<string, unknown>>;
  /** Header and claims as they were signed. */
  readonly signed: string;
  readonly signature: Buffer;
}

function readPart(part: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString());
    if (typeof value === 'object' && value !== null) return { ...value };
  } catch {
    // Not base64url, or not JSON: as invalid as any other text.
  }
  throw assertionInvalid();
}

function readAssertion(text: string): Assertion {
  const [header, claims, signature, ...more] = text.split('.');
  if (header === undefined || claims === undefined || !signature || more.length > 0) throw assertionInvalid();
  return {
    header: readPart(header),
    claims: readPart(claims),
    signed: `${header}.${claims}`,
    signature: Buffer.from(signature, 'base64url'),
  };
}

function isSigned({ signed, signature }: Assertion, certificate: string): boolean {
  try {
    return verify('RSA-SHA256', Buffer.from(signed), createPublicKey(certificate), signature);
  } catch {
    return false;
  }
}

const textOf = (claim: unknown): string => (typeof claim === 'string' ? claim : '');

/**
 * Reads the username an assertion stands for. Its signature is verified only when the client was
 * configured with a certificate; `prn` wins over `sub`.
 *
 * @throws OAuthError
 */
export function readAssertedUser({ org, origin, params }: TokenRequest): string {
  const assertion = readAssertion(params.get('assertion') ?? '');
  const { iss, sub, prn, aud, exp } = assertion.claims;
  const client = findClient(org, textOf(iss));
  if (assertion.header['alg'] !== 'RS256') throw assertionInvalid();
  if (client.certificate !== undefined && !isSigned(assertion, client.certificate)) throw assertionInvalid();
  if (![...LOGIN_HOSTS, origin].includes(textOf(aud))) throw audienceWrong();
  // simple-salesforce writes the seconds as a text, and logs in to Salesforce all the same.
  const expiresAt = typeof exp === 'number' || typeof exp === 'string' ? Number(exp) * 1000 : NaN;
  if (!(expiresAt > org.now().getTime())) throw assertionExpired();
  return textOf(prn) || textOf(sub);
}
