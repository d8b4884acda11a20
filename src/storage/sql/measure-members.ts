/** How long membership lists are as text, before they are read. */
import type { MemberRequest } from '../store.ts';
import type { Dialect } from './dialect.ts';
import { above, isNobody, requested } from './members.ts';
import { isOneOf } from './one-of.ts';
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
  return amountOf(driver, { text: sumOf(elements), values: parameters.values });
}

/** A step from a list to one that holds it takes about as long as these to be made and sent. */
const BYTES_A_STEP = 16;

/** At least what it takes to find them: where lists all hold each other, that is more than there is to tell. */
export async function measureMemberships(
  driver: Driver,
  dialect: Dialect,
  lists: readonly string[],
  members: readonly string[],
  atMost: number,
): Promise<number> {
  if (lists.length === 0 || members.length === 0) return 0;
  const bytesForAll = BYTES_A_STEP * members.length;
  const walked = bytesForAll * (await countSteps(driver, dialect, lists, members, atMost / bytesForAll));
  if (walked > atMost) return walked;
  const parameters = new Parameters();
  const walk = above(dialect, lists, members, parameters);
  const elements = `select coalesce(octet_length(owner.display), 0) as bytes
    from (select owner from above limit ${parameters.add(elementsWithin(atMost))}) as walked
    join resource as owner on owner.id = walked.owner`;
  const bytes = await amountOf(driver, {
    text: `with recursive ${walk} ${sumOf(elements)}`,
    values: parameters.values,
  });
  return Math.max(walked, bytes);
}

/** From the lists that any of the members is in, and from those above them, to the ones that hold them: no member has more. */
async function countSteps(
  driver: Driver,
  dialect: Dialect,
  lists: readonly string[],
  members: readonly string[],
  atMost: number,
): Promise<number> {
  const parameters = new Parameters();
  const inLists = (): string => isOneOf(dialect, 'member.list', lists, parameters);
  const text = `with recursive holder (id) as (
      select member.owner from member where ${isOneOf(dialect, 'member.value', members, parameters)} and ${inLists()}
      union
      select member.owner from holder join member on member.value = holder.id where ${inLists()}
    )
    select count(*) as amount from (select 1 from holder cross join member
      where member.value = holder.id and ${inLists()} limit ${parameters.add(Math.floor(Math.max(0, atMost)) + 1)}) as step`;
  return amountOf(driver, { text, values: parameters.values });
}

/** As many as exceed it, however short they are. */
const elementsWithin = (bytes: number): number => Math.floor(Math.max(0, bytes) / BYTES_AN_ELEMENT) + 1;

const sumOf = (elements: string): string =>
  `select coalesce(sum(${String(BYTES_AN_ELEMENT)} + element.bytes), 0) as amount from (${elements}) as element`;

async function amountOf(driver: Driver, statement: Statement): Promise<number> {
  const [row] = await driver.read({ ...statement, one: true });
  return Number(row?.['amount']);
}
