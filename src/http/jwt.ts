/** OAuth 2.0 access tokens that are JWTs (RFC 7519, RFC 9068): whether one lets its bearer in, as whom, and to do what. */
import { createRemoteJWKSet, errors, jwtVerify, type JWTPayload } from 'jose';
import { serviceUnavailable } from '../scim/errors.ts';
import { InvalidToken, type Credential, type Scope, type VerifyJwt } from './auth.ts';

export interface JwtOptions {
  /** Claim `iss`, letter for letter. */
  readonly issuer: string;
  /** Claim `aud`, or one of it. */
  readonly audience: string;
  /** Where the issuer publishes its keys. */
  readonly jwksUrl: string;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** How long no keys are fetched again for a key that is not among them. Default 30 s. */
  readonly cooldownMs?: number;
}

const SECOND = 1000;
/** Neither `none` nor a secret that both sides share (RFC 8725 §3.1). */
const ALGORITHMS = ['RS256', 'PS256', 'ES256', 'EdDSA'];
const CLOCK_TOLERANCE_SECONDS = 30;

export function jwtVerifier({ issuer, audience, jwksUrl, now, cooldownMs = 30 * SECOND }: JwtOptions): VerifyJwt {
  const keys = createRemoteJWKSet(new URL(jwksUrl), { cooldownDuration: cooldownMs, timeoutDuration: 5 * SECOND });
  const expected = { issuer, audience, algorithms: ALGORITHMS, clockTolerance: CLOCK_TOLERANCE_SECONDS };
  return async (token) => {
    const options = { ...expected, requiredClaims: ['exp'], currentDate: new Date(now()) };
    const { payload } = await jwtVerify(token, keys, options).catch(refuse);
    return toCredential(payload);
  };
}

/** What is not the token's fault is that of the keys or of the way to them. */
function refuse(error: unknown): never {
  const code = error instanceof errors.JOSEError ? error.code : '';
  const reason = FAULTS_OF_TOKENS[code];
  if (reason === undefined) throw serviceUnavailable('the keys for bearer tokens are not available', { cause: error });
  const claim = error instanceof errors.JWTClaimValidationFailed ? ` (${error.claim})` : '';
  throw new InvalidToken(`the bearer token ${reason}${claim}`);
}

const UNREADABLE = 'is no JWT that can be read';
const FAULTS_OF_TOKENS: Readonly<Record<string, string>> = {
  ERR_JWT_EXPIRED: 'has expired',
  ERR_JWT_CLAIM_VALIDATION_FAILED: 'lacks a claim or has it for somebody else or for later',
  ERR_JWS_SIGNATURE_VERIFICATION_FAILED: 'has a wrong signature',
  ERR_JOSE_ALG_NOT_ALLOWED: `is not signed with ${ALGORITHMS.join(', ')}`,
  ERR_JWKS_NO_MATCHING_KEY: 'is signed with no key of its issuer',
  ERR_JWKS_MULTIPLE_MATCHING_KEYS: 'does not say with which key of its issuer it is signed (kid)',
  ERR_JOSE_NOT_SUPPORTED: UNREADABLE,
  ERR_JWS_INVALID: UNREADABLE,
  ERR_JWT_INVALID: UNREADABLE,
};

const toCredential = (payload: JWTPayload): Credential => ({
  name: `jwt:${clientOf(payload)}`,
  scopes: scopesOf(payload),
});

/** RFC 9068 §2.2 has `client_id`; OpenID Connect `azp`, Entra ID `appid`. A token without any is somebody's own. */
const CLIENT_CLAIMS = ['client_id', 'azp', 'appid', 'sub'];
const MAX_NAME = 128;

function clientOf(payload: JWTPayload): string {
  const [client = 'unknown'] = CLIENT_CLAIMS.map((claim) => payload[claim]).filter(
    (value) => typeof value === 'string',
  );
  return client.replaceAll(/[^\x20-\x7e]/g, '?').slice(0, MAX_NAME);
}

/** RFC 8693 §4.2 has `scope`; Okta and Entra ID `scp`; the roles of an application are `roles` there. */
const SCOPE_CLAIMS = ['scope', 'scp', 'roles'];
const EVERYTHING: readonly Scope[] = ['read', 'write'];

/** A token that says nothing of scopes is for everything, as a credential of the configuration is; one that names others alone is for nothing. */
function scopesOf(payload: JWTPayload): readonly Scope[] {
  const claims = SCOPE_CLAIMS.map((claim) => payload[claim]).filter((value) => value !== undefined);
  if (claims.length === 0) return EVERYTHING;
  const ours = new Set(claims.flatMap(wordsOf).map((word) => OUR_SCOPE.exec(word)?.[1]?.toLowerCase()));
  return EVERYTHING.filter((scope) => ours.has(scope));
}

const OUR_SCOPE = /^(?:scim[.:])?(read|write)$/i;

function wordsOf(claim: unknown): readonly string[] {
  if (typeof claim === 'string') return claim.split(' ');
  return Array.isArray(claim) ? claim.filter((one) => typeof one === 'string') : [];
}
