/**
 * Whether the client in WSO2 Identity Server takes an answer: identity-client-scim2 2.2 with charon 5.1, and the SCIM 1.1
 * ProvisioningClient with charon 2.2, as they were seen to react on the wire.
 */

export type Protocol = '2.0' | '1.1';
export type Kind = 'create' | 'update' | 'lookup' | 'delete';

export interface Judged {
  readonly protocol: Protocol;
  readonly kind: Kind;
  readonly resource: 'User' | 'Group';
  readonly status: number;
  readonly contentType?: string | undefined;
  readonly text: string;
}

type Members = Readonly<Record<string, unknown>>;

/** @returns what the client fails with; undefined when it goes on as if all was well */
export function refusalOf(answer: Judged): string | undefined {
  if (answer.protocol === '1.1') return refusalOf1(answer);
  return answer.kind === 'lookup' ? lookupRefusal(answer) : writeRefusal(answer);
}

function writeRefusal(answer: Judged): string | undefined {
  const { kind, status } = answer;
  if (kind === 'delete') return [200, 204].includes(status) ? undefined : `status ${status}`;
  if (![200, 201].includes(status)) return `status ${status}`;
  return typeRefusal(answer) ?? decoded(answer.text, (members) => resourceRefusal(answer, members, true));
}

/** A lookup must find somebody; only members of groups that it does not find are passed over. */
function lookupRefusal(answer: Judged): string | undefined {
  if (answer.status !== 200) return `status ${answer.status}`;
  return typeRefusal(answer) ?? decoded(answer.text, (list) => listRefusal(answer, list));
}

function listRefusal(answer: Judged, list: Members): string | undefined {
  const { Resources: found } = list;
  if (found === undefined) return 'No results found';
  if (!Array.isArray(found)) return 'Resources is no array';
  const [first] = found as Members[];
  return first === undefined ? 'No results found' : resourceRefusal(answer, first, false);
}

const typeRefusal = ({ contentType }: Judged): string | undefined =>
  contentType === undefined ? 'no Content-Type' : undefined;

/** Of which charon knows what they are; those it does not know may be anything. */
const LISTS = ['emails', 'phoneNumbers', 'ims', 'photos', 'addresses', 'groups', 'entitlements', 'x509Certificates'];
const NAME = { User: 'userName', Group: 'displayName' } as const;

function resourceRefusal(answer: Judged, members: Members, needsName: boolean): string | undefined {
  const name = NAME[answer.resource];
  if (needsName && !Object.keys(members).some((key) => key.toLowerCase() === name.toLowerCase()))
    return `${name} is missing`;
  return (
    LISTS.map((list) => elementsRefusal(list, members[list])).find(Boolean) ??
    idRefusal(members['id']) ??
    complexRefusal('name', members['name']) ??
    activeRefusal(members['active']) ??
    metaRefusal(members['meta']) ??
    Object.entries(members).map(numberRefusal).find(Boolean) ??
    (answer.resource === 'Group' ? membersRefusal(members['members']) : undefined)
  );
}

function elementsRefusal(name: string, value: unknown): string | undefined {
  if (value === undefined) return undefined;
  if (!Array.isArray(value)) return `${name} is no array`;
  return value.includes(null) ? `${name} has a null in it` : undefined;
}

/** It goes into a path as it is; letters beyond ASCII are escaped on the way. */
function idRefusal(id: unknown): string | undefined {
  return typeof id === 'string' && /[^\w\-.~!$&'()*+,;=:@%\u00a1-\uffff]/.test(id)
    ? 'id cannot be in a path'
    : undefined;
}

function complexRefusal(name: string, value: unknown): string | undefined {
  return value === undefined || isMembers(value) ? undefined : `${name} is no object`;
}

function activeRefusal(active: unknown): string | undefined {
  const isTaken = active === undefined || ['boolean', 'string'].includes(typeof active);
  return isTaken ? undefined : 'active is no boolean';
}

const DATE_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?$/;

function metaRefusal(meta: unknown): string | undefined {
  if (meta === undefined) return undefined;
  if (!isMembers(meta)) return 'meta is no object';
  const { created = null } = meta;
  const isTaken = created === null || created === '' || (typeof created === 'string' && DATE_TIME.test(created));
  return isTaken ? undefined : 'created is no date';
}

function numberRefusal([name, value]: readonly [string, unknown]): string | undefined {
  const isRefused = typeof value === 'number' && (value | 0) !== value;
  return isRefused ? `${name} is no int` : undefined;
}

function membersRefusal(members: unknown): string | undefined {
  const elements = Array.isArray(members) ? (members as Members[]) : [];
  const wrong = elements.find(
    ({ value, type = 'User' }) => value === undefined || !/^(User|Group)$/.test(String(type)),
  );
  return wrong ? 'a member has no value, or another type' : undefined;
}

/** An Error message in 1.1's own form is logged and then taken for a success. */
function refusalOf1(answer: Judged): string | undefined {
  const { kind, status, text } = answer;
  if (status >= 300) return swallows(text) ? undefined : `status ${status} without Errors`;
  if (kind === 'lookup') return decoded(text, listRefusal1);
  if (kind !== 'create') return status === 202 ? 'status 202' : undefined;
  if (![200, 201].includes(status)) return `status ${status}`;
  return decoded(text, (members) => resourceRefusal1(answer, members));
}

/** What failed and must be seen to have failed is answered otherwise. */
export function swallows(text: string): boolean {
  const body = parse(text);
  const errors = isMembers(body) && Array.isArray(body['Errors']) ? (body['Errors'] as Members[]) : [];
  return errors.length > 0 && errors.every(({ code }) => typeof code === 'string');
}

function listRefusal1(list: Members): string | undefined {
  if (!Number.isInteger(list['totalResults'])) return 'totalResults is missing';
  if (!Array.isArray(list['Resources'])) return 'Resources is missing';
  return (list['Resources'] as Members[]).map(createdRefusal1).find(Boolean);
}

function resourceRefusal1({ resource }: Judged, members: Members): string | undefined {
  const missing = ['id', NAME[resource]].find((name) => members[name] === undefined);
  return missing === undefined ? createdRefusal1(members) : `${missing} is missing`;
}

function createdRefusal1({ meta }: Members): string | undefined {
  const created = isMembers(meta) ? meta['created'] : undefined;
  const isTaken =
    created === undefined || (typeof created === 'string' && /^\d{4}(-\d\d){2}T(\d\d:){2}\d\d/.test(created));
  return isTaken ? undefined : 'created is no date';
}

function decoded(text: string, check: (members: Members) => string | undefined): string | undefined {
  const body = parse(text);
  if (!isMembers(body)) return 'the body is no object';
  return hasTwins(text, body) ? 'a key comes twice' : check(body);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const isMembers = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** JSON.parse keeps the last of two. */
const hasTwins = (text: string, body: unknown): boolean =>
  [...text.matchAll(/"(?:[^"\\]|\\.)*"(\s*:)?/g)].filter(([, colon]) => colon !== undefined).length > countKeys(body);

function countKeys(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  const own = Array.isArray(value) ? 0 : Object.keys(value).length;
  return Object.values(value).reduce<number>((sum, member) => sum + countKeys(member), own);
}
