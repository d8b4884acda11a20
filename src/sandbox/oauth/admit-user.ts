/** Who may log in with a name and a password, and how often. */
import type { SandboxUser } from '../config.ts';
import type { Org } from '../org.ts';
import { authenticationFailed, loginRateExceeded, userInactive } from './oauth-error.ts';

/** Counts a login, unless the user has had too many. */
export function countLogin(org: Org, username: string): void {
  const { maxLoginsPerHour, loginWindowMs } = org.config;
  if (!org.logins.isAllowed(username.toLowerCase(), maxLoginsPerHour, loginWindowMs, org.now()))
    throw loginRateExceeded();
}

/** The configured user of that name, in any case; with none configured, everybody may log in. */
export const findUser = (org: Org, username: string): SandboxUser | undefined =>
  org.config.users?.find((each) => each.username.toLowerCase() === username.toLowerCase());

/** @throws OAuthError when the user may not log in */
export function admitUser(org: Org, username: string, password: string): void {
  if (username === '' || password === '') throw authenticationFailed();
  countLogin(org, username);
  const user = findUser(org, username);
  if (org.config.users !== null && user?.password !== password) throw authenticationFailed();
  if (user?.active === false) throw userInactive();
}
