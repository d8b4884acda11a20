/** How long membership lists are as text, before they are read. */
import type { MemberRequest } from '../store.ts';
import type { Dialect } from './dialect.ts';
import { above, isNobody, requested } from './members.ts';
import { Parameters, type Driver, type Statement } from './transaction.ts';

/** An element says besides `display` who is meant, by `value` and `$ref`, and of what type that is. */
const BYTES_AN_ELEMENT = 150;

export async function measureMembers(
  driver: Driver,
  dialect: Dialect,
  request: MemberRequest,
  atMost: number,
): Promise<number> {
  if (isNobody(request)) return 0;
  const parameters = new Parameters();
  const elements = `select octet_length(member.element) + coalesce(octet_length(target.display), 0) as bytes
    from ${requested(dialect, request, parameters)} limit ${parameters.add(elementsWithin(atMost))}`;
  return bytesOf(driver, { text: sumOf(elements), values: parameters.values });
}

export async function measureMemberships(
  driver: Driver,
  dialect: Dialect,
  lists: readonly string[],
  members: readonly string[],
  atMost: number,
): Promise<number> {
  if (lists.length === 0 || members.length === 0) return 0;
  const parameters = new Parameters();
  const walk = above(dialect, lists, members, parameters);
  const elements = `select coalesce(octet_length(owner.display), 0) as bytes
    from (select owner from above limit ${parameters.add(elementsWithin(atMost))}) as walked
    join resource as owner on owner.id = walked.owner`;
  return bytesOf(driver, { text: `with recursive ${walk} ${sumOf(elements)}`, values: parameters.values });
}

/** As many as exceed it, however short they are. */
const elementsWithin = (bytes: number): number => Math.floor(Math.max(0, bytes) / BYTES_AN_ELEMENT) + 1;

const sumOf = (elements: string): string =>
  `select coalesce(sum(${String(BYTES_AN_ELEMENT)} + element.bytes), 0) as bytes from (${elements}) as element`;

async function bytesOf(driver: Driver, statement: Statement): Promise<number> {
  const [row] = await driver.read({ ...statement, one: true });
  return Number(row?.['bytes']);
}
