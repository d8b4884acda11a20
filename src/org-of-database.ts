/** Where the Leads of a database are: in an org, or in the embedded stand-in, whose ids mean nothing in an org. */
import type { Store } from './storage/store.ts';

const SETTING = 'leads in';
const STAND_IN = 'the embedded stand-in';

type OrgStore = Pick<Store, 'readSetting' | 'writeSetting' | 'countLanes'>;

/**
 * A bare start on the database of an org would give all users Leads of the stand-in, and the other way round an org would be
 * asked for those. A database without users goes anywhere.
 *
 * @param loginUrl undefined with the embedded stand-in
 * @returns why the database must not be served so
 */
export async function orgFault(
  store: OrgStore,
  connector: string,
  loginUrl: string | undefined,
): Promise<string | undefined> {
  const known = await store.readSetting(SETTING);
  const isOfStandIn = known === STAND_IN;
  if (known === undefined || isOfStandIn === (loginUrl === undefined)) return undefined;
  const { idle, due, parked, held } = await store.countLanes(connector);
  if (idle + due + parked + held === 0) return undefined;
  return isOfStandIn
    ? 'SALESFORCE_LOGIN_URL: the users of this database are in the embedded stand-in, and what was tried there is not sent to an org: name another DATABASE_URL, or delete this database'
    : `SALESFORCE_LOGIN_URL is missing: the Leads of this database are in the org of ${known}. Set it, or name another DATABASE_URL for the embedded stand-in`;
}

export const noteOrg = (store: OrgStore, loginUrl: string | undefined): Promise<void> =>
  store.writeSetting(SETTING, loginUrl ?? STAND_IN);
