/** How many values a filter has the database look at: what it would cost, known before it is run. */
import type { Filter } from '../../scim/filter/filter.ts';
import { pathsOf } from '../../scim/filter/known.ts';
import type { Attribute } from '../../scim/schema/attribute.ts';
import type { AttributePath } from '../../scim/schema/resource-type.ts';
import type { TypeQuery } from '../resource-query.ts';
import { alternatives, toComparison } from './alternatives.ts';
import { countClimbs } from './climb.ts';
import { isColumn } from './columns.ts';
import { listsIn } from './elements.ts';
import { filterCondition } from './filter.ts';
import { lookUp, type Comparison } from './lookup.ts';
import { lookUpAny } from './lookup-some.ts';
import { leafOf, RESOURCE, type QueryContext, type StoreContext, type Walk } from './query-context.ts';
import { sortExpression } from './order.ts';
import { ownerTypes, shownLists } from './shown.ts';
import { Parameters, type Driver, type Row } from './transaction.ts';

/** So little is never counted, because to count costs about as much as one condition. */
const FEW = 10;
/** How soon conditions come to that, by what they look at. */
const SHARE = { text: 1, elements: 3, list: 5 } as const;

/** Measured beside a short text, 0.4 µs: an element of 30 characters takes twice as long, a text of 100,000 a thousand times. */
const CHARACTERS_A_LOOK = { text: 128, elements: 16 } as const;
/** A member is joined with what it names. */
const LOOKS_A_MEMBER = 10;
/** Who is in a list is found by a walk, each member once. */
const LOOKS_A_MEMBERSHIP = 5;
/** The element that it is shown as is made, and tested. */
const LOOKS_A_HOLDER = 10;
/** From a list to one that holds it, or to one that is in it. */
const LOOKS_A_STEP = 8;

/**
 * @param atMost looks that are not too many: what exceeds it need not be counted to its end
 * @returns looks, each of them about what it takes to compare a short text; 0 where they are few
 */
export async function estimateLooks(
  driver: Driver,
  context: StoreContext,
  query: TypeQuery,
  locations: ReadonlyMap<string, string>,
  atMost: number,
): Promise<number> {
  const fresh = (): QueryContext => ({
    ...context,
    ...{ type: query.type, locations, parameters: new Parameters(), aliases: { count: 0 } },
  });
  const looks = query.filter ? await looksOfFilter(driver, fresh(), query.filter, atMost) : 0;
  return looks > atMost ? looks : looks + (await looksOfWalks(driver, fresh(), query, atMost - looks));
}

async function looksOfFilter(driver: Driver, own: QueryContext, filter: Filter, atMost: number): Promise<number> {
  const { lookUps, scans } = costOf(filter, own);
  const shares = Array.from(scans.values(), ({ count, kind }) => count * SHARE[kind]);
  if (lookUps + sum(shares) <= FEW) return 0;
  const looksOfIndexes = lookUps * (await countResources(driver, own.type));
  if (looksOfIndexes > atMost) return looksOfIndexes;
  return looksOfIndexes + (await looksOfScans(driver, own, filter, [...scans.values()]));
}

/** Walks are counted however few they are: among lists that all hold each other, one goes through the square of them. */
async function looksOfWalks(
  driver: Driver,
  context: QueryContext,
  { filter, sortBy }: TypeQuery,
  atMost: number,
): Promise<number> {
  const walks: Walk[] = [];
  const paths = [...(filter ? pathsOf(filter) : []), ...(sortBy ? [sortBy] : [])];
  const isShown = ({ attribute }: AttributePath) => attribute && shownLists(attribute, RESOURCE, context);
  if (!paths.some(isShown)) return 0;
  if (filter) filterCondition(filter, { ...context, walks });
  sortExpression(sortBy, { ...context, walks });
  let looks = 0;
  for (const walk of walks)
    if (looks <= atMost)
      looks += LOOKS_A_STEP * (await countSteps(driver, context, walk, (atMost - looks) / LOOKS_A_STEP));
  return looks;
}

async function countSteps(
  driver: Driver,
  { parameters: { values } }: QueryContext,
  { kind, select }: Walk,
  atMost: number,
): Promise<number> {
  const own = new Parameters();
  // The walk is a part of a statement, with some of its parameters: PostgreSQL takes none that is not used.
  const numbered = select.replace(/\$(\d+)/g, (_, number: string) => own.add(values[Number(number) - 1] ?? null));
  const limited = `${numbered} limit ${own.add(Math.floor(atMost) + 1)}`;
  if (kind === 'climbs') {
    const rows = await driver.read({ text: limited, values: own.values, varied: true });
    return countClimbs(holdersOf(rows), atMost);
  }
  const text = `select count(*) as steps from (${limited}) as walked`;
  const [row] = await driver.read({ text, values: own.values, one: true, varied: true });
  return Number(row?.['steps']);
}

function holdersOf(rows: readonly Row[]): ReadonlyMap<string, readonly string[]> {
  const holders = new Map<string, string[]>();
  for (const { owner, above } of rows) {
    const known = holders.get(String(owner));
    if (known) known.push(String(above));
    else holders.set(String(owner), [String(above)]);
  }
  return holders;
}

interface Scan {
  /** Conditions that look at the attribute. */
  count: number;
  readonly kind: keyof typeof SHARE;
  /** SQL for what it takes to look at the attribute of all resources, beyond one look at each. */
  readonly looks: (context: QueryContext) => string;
}

interface Cost {
  /** Conditions that an index answers, with as many resources as have the value. */
  lookUps: number;
  readonly scans: Map<string, Scan>;
}

function costOf(filter: Filter, context: QueryContext): Cost {
  const cost: Cost = { lookUps: 0, scans: new Map() };
  const scan = (path: AttributePath): void => {
    const name = [path.extension, path.attribute?.name].join(' ');
    const known = cost.scans.get(name) ?? { count: 0, ...measureOf(path, context) };
    cost.scans.set(name, { ...known, count: known.count + 1 });
  };
  const compare = (comparison: Comparison, outer: AttributePath | undefined): void => {
    const kind = outer ? 'scanned' : howAnswered(comparison, context);
    if (kind === 'looked up') cost.lookUps += 1;
    else if (kind === 'scanned') scan(outer ?? comparison.path);
  };
  const add = (one: Filter, outer?: AttributePath): void => {
    switch (one.kind) {
      case 'and':
        for (const operand of one.operands) add(operand, outer);
        return;
      case 'or': {
        const { comparisons, others } = alternatives(one.operands);
        for (const comparison of comparisons) compare(comparison, outer);
        for (const other of others) add(other, outer);
        return;
      }
      case 'not':
        return add(one.operand, outer);
      case 'valuePath':
        return add(one.filter, one.path);
      case 'present':
        return scan(outer ?? one.path);
      case 'compare':
        return compare(toComparison(one), outer);
    }
  };
  add(filter);
  return cost;
}

/** One resource has a unique value, and its index knows which. */
function howAnswered(comparison: Comparison, context: QueryContext): 'at once' | 'looked up' | 'scanned' {
  const { path, operator } = comparison;
  const { attribute } = path;
  const isShown = attribute !== undefined && shownLists(attribute, RESOURCE, context) !== undefined;
  // Whatever is only tried must leave no parameters behind.
  if (isShown || lookUp(comparison, { ...context, parameters: new Parameters() }) === undefined) return 'scanned';
  const name = leafOf(path)?.path ?? '';
  const isUnique = name === 'id' || context.keyTables.get(context.type)?.get(name) === 'unique_key';
  return operator === 'eq' && isUnique ? 'at once' : 'looked up';
}

function measureOf(path: AttributePath, context: QueryContext): Omit<Scan, 'count'> {
  const { extension, attribute } = path;
  const steps = [extension, attribute?.name].filter((step) => step !== undefined);
  const isInDocument = steps.length > 0 && attribute?.path !== 'meta' && !isColumn(attribute?.path ?? '');
  if (!isInDocument) return { kind: 'text', looks: () => '0' };
  return (attribute && measureOfList(attribute, context)) ?? measureOfText(steps, attribute, context);
}

function measureOfList(attribute: Attribute, context: QueryContext): Omit<Scan, 'count'> | undefined {
  const list = context.memberLists.own.get(context.type)?.get(attribute.path);
  if (list !== undefined) return { kind: 'list', looks: (own) => looksOfMembers(list, own) };
  const shown = shownLists(attribute, RESOURCE, context);
  return shown && { kind: 'list', looks: (own) => looksOfMemberships(shown, own) };
}

function measureOfText(
  steps: readonly string[],
  attribute: Attribute | undefined,
  { dialect }: QueryContext,
): Omit<Scan, 'count'> {
  const kind = attribute?.multiValued ? 'elements' : 'text';
  const text = dialect.scalar(RESOURCE.json, steps);
  return { kind, looks: () => `coalesce(sum(length(${text}) / ${String(CHARACTERS_A_LOOK[kind])}), 0)` };
}

const looksOfMembers = (list: string, { parameters }: QueryContext): string =>
  `coalesce(sum(${String(LOOKS_A_MEMBER)} * (select count(*) from member
    where member.owner = resource.id and member.list = ${parameters.add(list)})), 0)`;

const looksOfMemberships = (lists: readonly string[], context: QueryContext): string =>
  `${String(LOOKS_A_MEMBERSHIP)} * (select count(*) from member where member.list in ${listsIn(lists, context)})
    + ${String(LOOKS_A_HOLDER)} * (select count(*) from resource as holder where holder.type in ${ownerTypes(lists, context)})`;

/** Only resources that an index leaves are looked at, where one knows which those can be. */
async function looksOfScans(
  driver: Driver,
  context: QueryContext,
  filter: Filter,
  scans: readonly Scan[],
): Promise<number> {
  const { parameters } = context;
  const looks = scans.map((scan) => `cast(${String(scan.count)} as bigint) * (count(*) + ${scan.looks(context)})`);
  if (looks.length === 0) return 0;
  const some = lookUpAny([filter], context);
  const text = `select ${looks.join(' + ')} as looks from resource where type = ${parameters.add(context.type)}
    ${some === undefined ? '' : `and seq in (${some})`}`;
  const [row] = await driver.read({ text, values: parameters.values, one: true, varied: true });
  return Number(row?.['looks']);
}

async function countResources(driver: Driver, type: string): Promise<number> {
  const [row] = await driver.read({
    text: 'select count(*) as resources from resource where type = $1',
    values: [type],
    one: true,
  });
  return Number(row?.['resources']);
}

const sum = (counts: readonly number[]): number => counts.reduce((total, count) => total + count, 0);
