/** How many resources of a page are answered at once: fewer than asked for when they are long (RFC 7644 §3.4.2.4). */
import { wants } from '../scim/projection.ts';
import type { ResourceType } from '../scim/schema/resource-type.ts';
import type { ResourcePage, StoredResource } from '../storage/store.ts';
import type { OperationContext } from './context.ts';
import { idsByType, type ProjectionOf } from './render.ts';

/** Of resources as they are stored and of the membership lists that are answered; one text is made of all, in one turn. */
export const MAX_PAGE_BYTES = 16 * 1024 * 1024;

/** A fourth of the page is tried next: what is too long is measured no further, so that nobody knows by how much it is. */
const NEXT_SHARE = 4;

/** The page without its last resources, where they would make it too long; it keeps the first, whatever that comes to. */
export async function fitPage(
  context: OperationContext,
  page: ResourcePage,
  projectionOf: ProjectionOf,
): Promise<ResourcePage> {
  const { resources, places } = page;
  let count = resources.length;
  while (count > 1 && !(await fits(context, resources.slice(0, count), projectionOf)))
    count = Math.ceil(count / NEXT_SHARE);
  const next = places[count - 1];
  if (count === resources.length || next === undefined) return page;
  return { ...page, resources: resources.slice(0, count), places: places.slice(0, count), next };
}

async function fits(
  context: OperationContext,
  resources: readonly StoredResource[],
  projectionOf: ProjectionOf,
): Promise<boolean> {
  let left = resources.reduce((rest, { document }) => rest - document.length, MAX_PAGE_BYTES);
  for (const [type, ids] of idsByType(context, resources))
    for (const measure of measuresOf(context, type, ids, projectionOf)) if (left >= 0) left -= await measure(left);
  return left >= 0;
}

type Measure = (atMost: number) => Promise<number>;

function measuresOf(
  { memberships, store }: OperationContext,
  type: ResourceType,
  ids: readonly string[],
  projectionOf: ProjectionOf,
): readonly Measure[] {
  const projection = projectionOf(type);
  const own = memberships.listsOf(type.name).filter(({ attribute }) => wants(attribute, projection));
  const shown = memberships.shownBy(type.name).filter(({ attribute }) => wants(attribute, projection));
  return [
    ...own.map(
      ({ name: list }): Measure =>
        (atMost) =>
          store.measureMembers({ list, owners: ids }, atMost),
    ),
    ...shown.map(
      ({ lists }): Measure =>
        (atMost) =>
          store.measureMemberships(lists, ids, atMost),
    ),
  ];
}
