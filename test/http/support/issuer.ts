/** An issuer of tokens: keys of its own, published by a real server. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWK } from 'jose';

export const ISSUER = 'https://sts.example.com/';
export const AUDIENCE = 'scim-salesforce';

export interface Key {
  readonly kid: string;
  readonly alg: string;
  readonly privateKey: CryptoKey;
  readonly jwk: JWK;
}

export async function newKey(kid: string, alg = 'ES256'): Promise<Key> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  return { kid, alg, privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' } };
}

/** Claims to set; `undefined` leaves one out. */
export type Claims = Readonly<Record<string, unknown>>;

/** A token that is good at `now`, but for what the arguments change. */
export function sign(key: Key, now: number, claims: Claims = {}, header: object = {}): Promise<string> {
  const seconds = Math.floor(now / 1000);
  const good = { iss: ISSUER, aud: AUDIENCE, sub: 'hr', client_id: 'hr-system', iat: seconds, exp: seconds + 300 };
  const payload = Object.fromEntries(
    Object.entries<unknown>({ ...good, ...claims }).filter(([, value]) => value !== undefined),
  );
  return new SignJWT(payload).setProtectedHeader({ alg: key.alg, kid: key.kid, ...header }).sign(key.privateKey);
}

export interface Jwks {
  readonly url: string;
  /** How often the keys were fetched. */
  fetches(): number;
  publish(...keys: readonly Key[]): void;
  /** Answers this instead of the keys; undefined: the keys again. */
  answer(instead: { readonly status: number; readonly body: string } | undefined): void;
  close(): Promise<void>;
}

export async function startJwks(...keys: readonly Key[]): Promise<Jwks> {
  let published = keys;
  let instead: { readonly status: number; readonly body: string } | undefined;
  let fetches = 0;
  const server: Server = createServer((_request, response) => {
    fetches += 1;
    const { status, body } = instead ?? {
      status: 200,
      body: JSON.stringify({ keys: published.map(({ jwk }) => jwk) }),
    };
    response.writeHead(status, { 'content-type': 'application/json' }).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // A server that listens on TCP has such an address.
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/jwks`,
    fetches: () => fetches,
    publish: (...more) => (published = more),
    answer: (what) => (instead = what),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
