/** Which queries are refused because of what they would cost everybody else (RFC 7644 §3.12 `tooMany`). */
import { tooMany } from '../scim/errors.ts';
import { countConditions } from '../scim/filter/cost.ts';
import type { ResourceQuery, TypeQuery } from '../storage/resource-query.ts';
import type { OperationContext } from './context.ts';

/** Each becomes SQL with parameters of its own, of which SQLite takes 32,766. */
const MAX_DIFFERENT = 2_000;

/** SQLite takes 2.5 million looks a second: this keeps it, and with it the service, for about a second. */
const MAX_LOOKS = 3_000_000;

/** @throws ScimError tooMany */
export async function refuseCostly(
  { store }: OperationContext,
  query: TypeQuery,
  locations: ResourceQuery['locations'],
): Promise<void> {
  if (!query.filter && !query.sortBy) return;
  const conditions = query.filter ? countConditions(query.filter) : 0;
  if (conditions > MAX_DIFFERENT)
    throw tooMany(`filter: ${conditions} conditions are more than ${MAX_DIFFERENT}; ${ADVICE}`);
  if ((await store.estimateLooks(query, locations, MAX_LOOKS)) <= MAX_LOOKS) return;
  const what = query.filter ? `filter: ${conditions} conditions` : 'sortBy';
  const advice = conditions > FEW ? ADVICE : ADVICE_FOR_LISTS;
  throw tooMany(`${what} would look at too many values of ${query.type}; ${advice}`);
}

/** What so few look at is not counted, but for lists that hold each other. */
const FEW = 10;

const ADVICE = 'ask in several requests, or for equal values of one attribute: a eq "1" or a eq "2" counts once';
const ADVICE_FOR_LISTS =
  'lists hold each other in too many ways: ask for them by value and without type, and sort by something else';
