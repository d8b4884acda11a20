/** Whom each grant type logs in (help: "OAuth Authorization Flows"). */
import { RUN_AS_USER } from '../org.ts';
import { isMyDomain } from '../service-request.ts';
import { admitUser, countLogin, findUser } from './admit-user.ts';
import { authenticateClient, type TokenRequest } from './clients.ts';
import { readAssertedUser } from './jwt-bearer.ts';
import {
  authenticationFailed,
  grantTypeUnknown,
  noRunAsUser,
  notApproved,
  userInactive,
  wrongDomain,
} from './oauth-error.ts';

export interface Grant {
  readonly username: string;
  /** What the client signed in with; it signs the token answer. */
  readonly secret: string;
  readonly scope?: string;
}

function grantPassword(request: TokenRequest): Grant {
  const { org, params } = request;
  const { secret } = authenticateClient(request);
  const [username, password] = [params.get('username') ?? '', params.get('password') ?? ''];
  if (!org.config.passwordFlow) throw authenticationFailed();
  admitUser(org, username, password);
  return { username, secret };
}

function grantClientCredentials(request: TokenRequest): Grant {
  const mode = request.org.config.clientCredentialsFlow;
  if (mode === 'wrong-domain' || !isMyDomain(request.org, request.host)) throw wrongDomain();
  const { secret } = authenticateClient(request);
  if (mode === 'no-run-as-user') throw noRunAsUser();
  countLogin(request.org, RUN_AS_USER);
  return { username: RUN_AS_USER, secret, scope: 'api' };
}

function grantJwtBearer(request: TokenRequest): Grant {
  const { org } = request;
  if (!org.config.jwtBearerFlow) throw grantTypeUnknown();
  const username = readAssertedUser(request);
  countLogin(org, username);
  const user = findUser(org, username);
  if (username === '' || (org.config.users !== null && !user)) throw notApproved();
  if (user?.active === false) throw userInactive();
  return { username, secret: '', scope: 'api' };
}

export const GRANTS: ReadonlyMap<string, (request: TokenRequest) => Grant> = new Map([
  ['password', grantPassword],
  ['client_credentials', grantClientCredentials],
  ['urn:ietf:params:oauth:grant-type:jwt-bearer', grantJwtBearer],
]);
