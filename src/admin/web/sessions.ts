/** Sessions of the console: a signed cookie that says which credential somebody has shown, and until when it is good. */
import { scrypt } from 'node:crypto';
import { promisify } from 'node:util';
import type { FastifyRequest } from 'fastify';
import { decodeJwt, jwtVerify, SignJWT } from 'jose';
import { InvalidSession, type AdminScope, type Credential } from '../../http/auth.ts';

const HOUR = 60 * 60 * 1000;

/** As long as somebody is on call in one go. */
export const SESSION_MS = 8 * HOUR;
export const SESSION_COOKIE = 'scim_console';
/**
 * Pages of the console send it, those of others cannot without a CORS preflight, which nobody answers (CSRF). It also tells
 * whom not to ask for HTTP Basic.
 */
export const CONSOLE_HEADER = 'x-requested-with';
export const CONSOLE_NAME = 'scim-salesforce-console';
/**
 * Whom a page of the console shows as logged in: a name of a credential, percent-encoded (RFC 3986 §2.1). All tabs share one
 * cookie, so one that shows somebody would else go on as whoever has logged in in another.
 */
export const CONSOLE_USER_HEADER = 'x-console-user';

const ALGORITHM = 'HS256';
const AUDIENCE = 'scim-salesforce console';
const KEY_BYTES = 32;

export const isOfConsole = ({ headers }: FastifyRequest): boolean => headers[CONSOLE_HEADER] === CONSOLE_NAME;

export interface Session {
  readonly credential: Credential;
  /** Epoch milliseconds. */
  readonly expiresAt: number;
}

/** Who is logged in, as the console is told. */
export interface SessionView {
  /** Name of the credential. */
  readonly name: string;
  readonly scopes: readonly AdminScope[];
  /** RFC 3339, UTC. */
  readonly expiresAt: string;
}

/**
 * Nothing is kept of a session, in no process: its key is derived from the secret of its credential. So it holds in all
 * processes on one configuration and over restarts, and ends when the secret is changed.
 */
export class Sessions {
  readonly #credentials: readonly Credential[];
  readonly #now: () => number;
  readonly #keys = new Map<string, Promise<Uint8Array>>();

  /** @param now epoch milliseconds */
  constructor(credentials: readonly Credential[], now: () => number) {
    this.#credentials = credentials;
    this.#now = now;
  }

  /** @returns value of the cookie, and when it is no longer good, in epoch milliseconds */
  async begin(credential: Credential): Promise<{ readonly cookie: string; readonly expiresAt: number }> {
    const now = this.#now();
    const expiresAt = now + SESSION_MS;
    const cookie = await new SignJWT()
      .setProtectedHeader({ alg: ALGORITHM })
      .setSubject(credential.name)
      .setAudience(AUDIENCE)
      .setIssuedAt(new Date(now))
      .setExpirationTime(new Date(expiresAt))
      .sign(await this.#keyOf(credential));
    return { cookie, expiresAt };
  }

  /** @throws InvalidSession */
  async read(cookie: string | undefined): Promise<Session> {
    if (cookie === undefined) throw new InvalidSession('you are not logged in');
    return this.#verify(cookie).catch((cause: unknown) => {
      throw new InvalidSession('the session has ended: log in again', { cause });
    });
  }

  async #verify(cookie: string): Promise<Session> {
    // Not trusted yet: it only says with whose key to look.
    const { sub } = decodeJwt(cookie);
    const credential = this.#credentials.find(({ name }) => name === sub);
    if (!credential) throw new TypeError('the session is of a credential that is not there any more');
    const expected = {
      algorithms: [ALGORITHM],
      audience: AUDIENCE,
      requiredClaims: ['exp'],
      currentDate: new Date(this.#now()),
    };
    const { payload } = await jwtVerify(cookie, await this.#keyOf(credential), expected);
    return { credential, expiresAt: (payload.exp ?? 0) * 1000 };
  }

  #keyOf(credential: Credential): Promise<Uint8Array> {
    const known = this.#keys.get(credential.name);
    if (known) return known;
    const key = deriveKey(credential);
    this.#keys.set(credential.name, key);
    return key;
  }
}

const hash = promisify<string, string, number, Buffer>(scrypt);

/** Slow on purpose: who has stolen a cookie must not find a weak password by trying. */
const deriveKey = ({ name, basic, token }: Credential): Promise<Uint8Array> =>
  hash(JSON.stringify([basic?.username, basic?.password, token]), `${AUDIENCE} ${name}`, KEY_BYTES);
