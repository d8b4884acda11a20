/** What is sent to the token endpoint in each OAuth flow (Salesforce Help, OAuth Authorization Flows). */
import { createPrivateKey, type KeyObject } from 'node:crypto';
import { SignJWT } from 'jose';
import type { SalesforceAuth, SalesforceOptions } from './options.ts';

/** Makes the form of one token request; assertions are signed anew each time. */
export type Grant = (nowMs: number) => Promise<URLSearchParams>;

type AuthOf<K extends SalesforceAuth['kind']> = Extract<SalesforceAuth, { readonly kind: K }>;
type JwtBearer = AuthOf<'jwt_bearer'>;

const SECOND = 1000;

/** Salesforce refuses assertions that live longer than about five minutes. */
const ASSERTION_SECONDS = 180;

/** RFC 7518 §3.3. */
const MIN_KEY_BITS = 2048;

const JWT_BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer';

/** @throws TypeError when the private key of the JWT bearer flow cannot be read */
export function createGrant({ auth, loginUrl }: Pick<SalesforceOptions, 'auth' | 'loginUrl'>): Grant {
  switch (auth.kind) {
    case 'password':
      return () => Promise.resolve(new URLSearchParams(passwordForm(auth)));
    case 'client_credentials':
      return () => Promise.resolve(new URLSearchParams(clientCredentialsForm(auth)));
    case 'jwt_bearer':
      return createJwtGrant(auth, auth.audience ?? defaultAudience(loginUrl));
  }
}

function passwordForm(auth: AuthOf<'password'>): Record<string, string> {
  return {
    grant_type: 'password',
    client_id: auth.clientId,
    ...(auth.clientSecret === undefined ? {} : { client_secret: auth.clientSecret }),
    username: auth.username,
    password: auth.password + (auth.securityToken ?? ''),
  };
}

const clientCredentialsForm = (auth: AuthOf<'client_credentials'>): Record<string, string> => ({
  grant_type: 'client_credentials',
  client_id: auth.clientId,
  client_secret: auth.clientSecret,
});

function createJwtGrant(auth: JwtBearer, audience: string): Grant {
  const key = readPrivateKey(auth.privateKey);
  return async (nowMs) => {
    const assertion = await signAssertion(auth, audience, key, Math.floor(nowMs / SECOND));
    return new URLSearchParams({ grant_type: JWT_BEARER, assertion });
  };
}

/** Time is passed as UTC seconds: an assertion in local time is the classic way to get `expired authorization code`. */
function signAssertion(auth: JwtBearer, audience: string, key: KeyObject, nowSeconds: number): Promise<string> {
  return new SignJWT()
    .setProtectedHeader({ alg: 'RS256' })
    .setIssuer(auth.clientId)
    .setSubject(auth.username)
    .setAudience(audience)
    .setExpirationTime(nowSeconds + ASSERTION_SECONDS)
    .sign(key);
}

function readPrivateKey(pem: string): KeyObject {
  const key = tryReadKey(pem);
  const bits = key?.asymmetricKeyType === 'rsa' ? (key.asymmetricKeyDetails?.modulusLength ?? 0) : 0;
  if (key !== undefined && bits >= MIN_KEY_BITS) return key;
  throw new TypeError(`the private key for jwt_bearer is no RSA key of ${MIN_KEY_BITS} bits or more in PEM form`);
}

/** OpenSSL's message is dropped: it tells an operator nothing, and here it would sit next to a key. */
function tryReadKey(pem: string): KeyObject | undefined {
  try {
    return createPrivateKey(pem);
  } catch {
    return undefined;
  }
}

/** Salesforce wants the login host as audience even when the request goes to a My Domain. */
function defaultAudience(loginUrl: string): string {
  const { hostname, origin } = new URL(loginUrl);
  if (hostname.endsWith('.sandbox.my.salesforce.com')) return 'https://test.salesforce.com';
  if (hostname.endsWith('.my.salesforce.com')) return 'https://login.salesforce.com';
  return origin;
}
