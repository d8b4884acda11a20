/** Who the holder of a token is (help: "Identity URLs", "UserInfo Endpoint"). */
import { ORG_ID } from '../ids.ts';
import type { Row } from '../schema/field.ts';
import { ok, type Answer } from '../rest/call.ts';

const urlsOf = (origin: string, userId: string) => ({
  rest: `${origin}/services/data/v{version}/`,
  sobjects: `${origin}/services/data/v{version}/sobjects/`,
  query: `${origin}/services/data/v{version}/query/`,
  profile: `${origin}/${userId}`,
});

const sharedClaims = (origin: string, user: Row) => ({
  user_id: user['Id'],
  organization_id: ORG_ID,
  email: user['Email'],
  email_verified: true,
  zoneinfo: user['TimeZoneSidKey'],
  active: user['IsActive'],
  user_type: 'STANDARD',
  urls: urlsOf(origin, String(user['Id'])),
});

export const answerUserInfo = (origin: string, user: Row): Answer =>
  ok({
    ...sharedClaims(origin, user),
    sub: `${origin}/id/${ORG_ID}/${String(user['Id'])}`,
    preferred_username: user['Username'],
    nickname: user['Alias'],
    name: user['Name'],
    given_name: user['FirstName'],
    family_name: user['LastName'],
  });

export const answerIdentity = (origin: string, user: Row): Answer =>
  ok({
    ...sharedClaims(origin, user),
    id: `${origin}/id/${ORG_ID}/${String(user['Id'])}`,
    asserted_user: true,
    username: user['Username'],
    nick_name: user['Alias'],
    display_name: user['Name'],
    first_name: user['FirstName'],
    last_name: user['LastName'],
    timezone: user['TimeZoneSidKey'],
    language: user['LanguageLocaleKey'],
    locale: user['LocaleSidKey'],
    last_modified_date: user['LastModifiedDate'],
    is_app_installed: true,
  });

export const badToken = (): Answer => ({
  status: 403,
  raw: { type: 'text/html;charset=UTF-8', text: 'Bad_OAuth_Token' },
});
