/** How secrets are kept out of everything the client says, even when a server echoes them. */
import type { Fault } from '../provisioning/lead-target.ts';
import type { SalesforceAuth } from './options.ts';

export interface Scrubber {
  /** Tells of one more secret, such as a new access token. */
  learn(secret: string): void;
  scrub(fault: Fault): Fault;
}

/** Shorter ones would blot out ordinary words of a message. */
const MIN_SECRET_LENGTH = 5;

/** A call in flight may still be answered with an old token or assertion in the text; those before are dead. */
const LEARNED_KEPT = 8;

export function createScrubber(auth: SalesforceAuth): Scrubber {
  const lasting = secretsOf(auth);
  let learned: readonly string[] = [];
  return {
    learn: (secret) => {
      if (isLong(secret)) learned = [secret, ...learned].slice(0, LEARNED_KEPT);
    },
    scrub: (fault) => {
      const clean = (text: string): string => redact(text, [...lasting, ...learned]);
      return { ...fault, code: clean(fault.code), message: clean(fault.message), fields: fault.fields.map(clean) };
    },
  };
}

function secretsOf(auth: SalesforceAuth): readonly string[] {
  switch (auth.kind) {
    case 'password':
      return [auth.password + (auth.securityToken ?? ''), auth.password, auth.securityToken, auth.clientSecret].filter(
        isLong,
      );
    case 'client_credentials':
      return [auth.clientSecret].filter(isLong);
    case 'jwt_bearer':
      return [auth.privateKey].filter(isLong);
  }
}

const isLong = (secret: string | undefined): secret is string =>
  secret !== undefined && secret.length >= MIN_SECRET_LENGTH;

const redact = (text: string, secrets: readonly string[]): string =>
  secrets
    .flatMap((secret) => [secret, encodeURIComponent(secret)])
    .reduce((cleaned, secret) => cleaned.replaceAll(secret, '[secret]'), text);
