/** Which queries are refused because of what they would cost everybody else (RFC 7644 §3.12 `tooMany`). */
import { tooMany } from '../scim/errors.ts';
import { countScans } from '../scim/filter/cost.ts';
import type { Store, TypeQuery } from '../storage/store.ts';
import type { OperationContext } from './context.ts';

/** Each becomes SQL with parameters of its own, of which SQLite takes 32,766. */
const MAX_DIFFERENT = 2_000;

/** A condition looks at 2.5 million values a second: this keeps SQLite, and with it the service, for about a second. */
const MAX_LOOKS = 3_000_000;
/** So few that nobody need count the resources. */
const FEW_SCANS = 10;

/** @throws ScimError tooMany */
export async function refuseCostly(context: OperationContext, { type, filter }: TypeQuery): Promise<void> {
  if (!filter) return;
  const conditions = countScans(filter, new Set());
  if (conditions > MAX_DIFFERENT)
    throw tooMany(`filter: ${conditions} conditions are more than ${MAX_DIFFERENT}; ${ADVICE}`);
  const scans = countScans(filter, indexedPaths(context, type));
  if (scans <= FEW_SCANS) return;
  const looks = scans * (await countResources(context.store, type));
  if (looks <= MAX_LOOKS) return;
  throw tooMany(`filter: ${scans} conditions would each look at every ${type}; ${ADVICE}`);
}

const ADVICE = 'ask in several requests, or for equal values of one attribute: a eq "1" or a eq "2" counts once';

function indexedPaths({ indexes, memberships }: OperationContext, type: string): ReadonlySet<string> {
  const lists = [...memberships.listsOf(type), ...memberships.shownBy(type)];
  return new Set([
    'id',
    ...(indexes.get(type) ?? []).map(({ attribute }) => attribute.path),
    ...lists.map(({ attribute }) => `${attribute.path}.value`),
  ]);
}

async function countResources(store: Store, type: string): Promise<number> {
  const query = { types: [{ type }], offset: 0, limit: 0, locations: new Map<string, string>() };
  return (await store.queryResources(query)).totalResults;
}
