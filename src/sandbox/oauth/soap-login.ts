/** How older clients log in and out (SOAP API: login(), logout()); versions above 64.0 know neither. */
import { ORG_ID } from '../ids.ts';
import type { Org } from '../org.ts';
import { idOf } from '../records/table.ts';
import type { Answer } from '../rest/call.ts';
import { originOf, type ServiceRequest } from '../service-request.ts';
import { admitUser } from './admit-user.ts';
import { OAuthError } from './oauth-error.ts';
import { openSession } from './token.ts';

const LAST_VERSION_WITH_LOGIN = 64;

const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' };

const unescapeXml = (text: string): string =>
  text
    .replace(/&#(x?)([\da-f]+);/gi, (_, hex: string, code: string) =>
      String.fromCodePoint(Number.parseInt(code, hex === '' ? 10 : 16)),
    )
    .replace(/&(lt|gt|quot|apos|amp);/g, (_, name: string) => ENTITIES[name] ?? '');

const escapeXml = (text: string): string => text.replace(/[<>"'&]/g, (character) => `&#${character.charCodeAt(0)};`);

/** The text of the first element of that name, under any prefix. */
const elementText = (xml: string, name: string): string =>
  unescapeXml(new RegExp(`<(?:\\w+:)?${name}(?:\\s[^>]*)?>([^<]*)</`).exec(xml)?.[1] ?? '');

const hasElement = (xml: string, name: string): boolean => new RegExp(`<(?:\\w+:)?${name}[\\s/>]`).test(xml);

const envelope = (status: number, body: string): Answer => ({
  status,
  raw: {
    type: 'text/xml;charset=UTF-8',
    text: `<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns="urn:partner.soap.sforce.com" xmlns:sf="urn:fault.partner.soap.sforce.com" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><soapenv:Body>${body}</soapenv:Body></soapenv:Envelope>`,
  },
});

/** The code comes twice: in the words, and as an element of its own. */
const fault = (code: string, message: string): Answer =>
  envelope(
    500,
    `<soapenv:Fault><faultcode>sf:${code}</faultcode><faultstring>${code}: ${escapeXml(message)}</faultstring><detail><sf:LoginFault xsi:type="sf:LoginFault"><sf:exceptionCode>${code}</sf:exceptionCode><sf:exceptionMessage>${escapeXml(message)}</sf:exceptionMessage></sf:LoginFault></detail></soapenv:Fault>`,
  );

const INVALID_LOGIN = 'Invalid username, password, security token; or user locked out.';

function answerSession(org: Org, request: ServiceRequest, version: string, username: string): Answer {
  const user = org.userNamed(username);
  const serverUrl = `${originOf(org, request.headers)}/services/Soap/u/${version}/${ORG_ID}`;
  const session = openSession(org, idOf(user));
  return envelope(
    200,
    `<loginResponse><result><passwordExpired>false</passwordExpired><sandbox>true</sandbox><serverUrl>${serverUrl}</serverUrl><sessionId>${escapeXml(session.token)}</sessionId><userId>${idOf(user)}</userId><userInfo><organizationId>${ORG_ID}</organizationId><userId>${idOf(user)}</userId><userName>${escapeXml(username)}</userName></userInfo></result></loginResponse>`,
  );
}

function logIn(org: Org, request: ServiceRequest, version: string, xml: string): Answer {
  const [username, password] = [elementText(xml, 'username'), elementText(xml, 'password')];
  if (!org.config.soapLogin) return fault('INVALID_LOGIN', INVALID_LOGIN);
  if (Number(version) > LAST_VERSION_WITH_LOGIN)
    return fault('UNSUPPORTED_API_VERSION', `login() is not available in API version ${version}`);
  try {
    admitUser(org, username, password);
  } catch (error) {
    if (!(error instanceof OAuthError)) throw error;
    return error.message === 'login rate exceeded'
      ? fault('LOGIN_RATE_EXCEEDED', 'Login Rate Exceeded')
      : fault('INVALID_LOGIN', INVALID_LOGIN);
  }
  return answerSession(org, request, version, username);
}

function logOut(org: Org, xml: string): Answer {
  if (org.sessions.revoke(elementText(xml, 'sessionId'))) return envelope(200, '<logoutResponse/>');
  return fault('INVALID_SESSION_ID', 'Invalid Session ID found in SessionHeader');
}

/** Answers `POST /services/Soap/u/{version}`; any other operation is a fault. */
export function answerSoap(org: Org, request: ServiceRequest): Answer {
  const version = /\/u\/(\d+\.\d)/.exec(request.path)?.[1] ?? '';
  const xml = request.body?.toString() ?? '';
  if (hasElement(xml, 'logout')) return logOut(org, xml);
  if (!hasElement(xml, 'login')) return fault('UNKNOWN_EXCEPTION', 'this stand-in knows login and logout only');
  const answer = logIn(org, request, version, xml);
  org.calls.logins[answer.status === 200 ? 'granted' : 'refused'] += 1;
  return answer;
}
