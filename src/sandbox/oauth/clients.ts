/** Which connected app a token request comes from. */
import type { SandboxClient } from '../config.ts';
import type { Org } from '../org.ts';
import { clientSecretWrong, clientUnknown } from './oauth-error.ts';

export interface TokenRequest {
  readonly org: Org;
  /** The org's base URL for this client: http://host:port. */
  readonly origin: string;
  /** The Host that the request was sent to. */
  readonly host: string;
  readonly params: URLSearchParams;
  /** The Authorization header, if any. */
  readonly authorization: string;
  /** It came while another token request was still being answered. */
  readonly overlaps: boolean;
}

interface Credentials {
  readonly id: string;
  readonly secret: string | null;
}

function readBasic(authorization: string): Credentials | null {
  const encoded = /^Basic\s+(\S+)$/i.exec(authorization)?.[1];
  if (encoded === undefined) return null;
  const [id = '', ...rest] = Buffer.from(encoded, 'base64').toString().split(':');
  return { id, secret: rest.join(':') };
}

const readCredentials = ({ params, authorization }: TokenRequest): Credentials =>
  readBasic(authorization) ?? { id: params.get('client_id') ?? '', secret: params.get('client_secret') };

/** @throws OAuthError when clients are listed and `id` is none of them */
export function findClient(org: Org, id: string): SandboxClient {
  if (id === '') throw clientUnknown();
  if (org.config.clients === null) return { clientId: id };
  const client = org.config.clients.find(({ clientId }) => clientId === id);
  if (!client) throw clientUnknown();
  return client;
}

/** The client whose credentials came in the body or as HTTP Basic, with the secret it sent. */
export function authenticateClient(request: TokenRequest): { client: SandboxClient; secret: string } {
  const { id, secret } = readCredentials(request);
  const client = findClient(request.org, id);
  if (client.clientSecret !== undefined && client.clientSecret !== secret) throw clientSecretWrong();
  return { client, secret: secret ?? '' };
}
