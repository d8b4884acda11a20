/**
 * What indexes know of conditions that they cannot answer alone, so that only few resources are looked at: of
 * `emails[type eq "work" and value eq "a"]` who has the value at all, of alternatives whom each of them can mean.
 */
import type { Filter } from '../../scim/filter/filter.ts';
import type { AttributePath } from '../../scim/schema/resource-type.ts';
import { group, onlyComparison, toComparison } from './alternatives.ts';
import { keyValue } from './key-value.ts';
import { comparableTexts, lookUp, oneOf, type Comparison } from './lookup.ts';
import type { QueryContext } from './query-context.ts';
import { Parameters } from './transaction.ts';

export interface KnownElement {
  /** A select of `seq`. */
  readonly select: string;
  /** A condition on `member`, when the attribute is a list that is kept there. */
  readonly members?: string;
}

/** @param filter from within the brackets, all of which is still to be tested on the element */
export function lookUpElement(path: AttributePath, filter: Filter, context: QueryContext): KnownElement | undefined {
  for (const comparison of comparisonsWithin(path, filter)) {
    const select = lookUp(comparison, context);
    if (select !== undefined) return { select, ...membersOf(comparison, context) };
  }
  return undefined;
}

/** SQLite joins no more than 500 selects. */
const MAX_SELECTS = 400;

/** @returns a select of the `seq` of all whom one of the operands can mean, and perhaps more; undefined without an index */
export function lookUpAny(operands: readonly Filter[], context: QueryContext): string | undefined {
  const comparisons = group(chooseOfEach(operands, context) ?? []);
  if (comparisons.length === 0 || comparisons.length > MAX_SELECTS) return undefined;
  return comparisons.map((comparison) => lookUp(comparison, context)).join(' union all ');
}

/** Comparisons that an index answers, one of which is true of each resource that satisfies one of the operands. */
function chooseOfEach(operands: readonly Filter[], context: QueryContext): readonly Comparison[] | undefined {
  const chosen = operands.map((operand) => choose(operand, context));
  return chosen.every((comparisons) => comparisons !== undefined) ? chosen.flat() : undefined;
}

function choose(filter: Filter, context: QueryContext): readonly Comparison[] | undefined {
  switch (filter.kind) {
    case 'compare':
      return firstKnown([toComparison(filter)], context);
    case 'valuePath':
      return firstKnown(comparisonsWithin(filter.path, filter.filter), context);
    case 'and':
      return filter.operands.map((operand) => choose(operand, context)).find((chosen) => chosen !== undefined);
    case 'or':
      return chooseOfEach(filter.operands, context);
    default:
      return undefined;
  }
}

function firstKnown(comparisons: readonly Comparison[], context: QueryContext): readonly Comparison[] | undefined {
  // Whatever is only tried must leave no parameters behind.
  const isKnown = (one: Comparison): boolean => lookUp(one, { ...context, parameters: new Parameters() }) !== undefined;
  const known = comparisons.find(isKnown);
  return known && [known];
}

/** Terms between brackets that are comparisons, with their whole paths. */
function comparisonsWithin(path: AttributePath, filter: Filter): readonly Comparison[] {
  const terms = filter.kind === 'and' ? filter.operands : [filter];
  return terms.flatMap((term) => {
    const comparison = onlyComparison(term);
    const subAttribute = path.attribute?.subAttribute(comparison?.path.attribute?.name ?? '');
    return comparison && subAttribute ? [{ ...comparison, path: { ...path, subAttribute } }] : [];
  });
}

function membersOf(comparison: Comparison, context: QueryContext): Pick<KnownElement, 'members'> {
  const isList = context.memberLists.own.get(context.type)?.has(comparison.path.attribute?.path ?? '') ?? false;
  const texts = isList ? comparableTexts(comparison) : undefined;
  return texts === undefined ? {} : { members: oneOf('member.value', texts.map(keyValue), context) };
}
