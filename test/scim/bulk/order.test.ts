/** The order of work: what is needed comes first, circles are found, and the client's order is kept where it can be (RFC 7644 §3.7). */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { groupCircles } from '../../../src/scim/bulk/circles.ts';
import { needsOf, orderUnits, type ElementsOf, type Needs } from '../../../src/scim/bulk/order.ts';
import { BULK_REQUEST_SCHEMA, parseBulkRequest } from '../../../src/scim/bulk/request.ts';
import { parseTarget } from '../../../src/scim/bulk/target.ts';
import { registry } from '../support/registries.ts';

const parse = (Operations: readonly unknown[]) =>
  parseBulkRequest({ schemas: [BULK_REQUEST_SCHEMA], Operations }, (path) =>
    parseTarget(registry, 'http://127.0.0.1/scim/v2', path),
  ).operations;

const user = (bulkId: string) => ({ method: 'POST', path: '/Users', bulkId, data: { userName: bulkId } });
const group = (bulkId: string, ...members: string[]) => ({
  method: 'POST',
  path: '/Groups',
  bulkId,
  data: { displayName: bulkId, members: members.map((member) => ({ value: `bulkId:${member}` })) },
});
const patch = (path: string, value: unknown) => ({
  method: 'PATCH',
  path,
  data: { Operations: [{ op: 'add', value }] },
});
/** One that says which elements it changes. */
const touch = (path: string, ...touched: readonly string[]) => ({ ...patch(path, {}), data: { touched } });
const elementsOf: ElementsOf = ({ data }) => {
  const { touched } = { touched: undefined, ...(data as { readonly touched?: readonly string[] }) };
  return touched && new Set(touched);
};
const remove = (path: string) => ({ method: 'DELETE', path });

describe('needs', () => {
  it.each<[title: string, operations: readonly unknown[], needs: Needs]>([
    ['what it refers to', [user('u'), group('g', 'u'), patch('/Groups/bulkId:g', {})], [[], [0], [1]]],
    [
      'the change before of the same resource',
      [patch('/Users/1', {}), patch('/Users/2', {}), remove('/Users/1')],
      [[], [], [0]],
    ],
    [
      'for a change, the removal before, which may have ended a membership',
      [remove('/Users/1'), remove('/Users/2'), user('u'), patch('/Groups/1', {})],
      [[], [], [], [1]],
    ],
    [
      'for a change of elements, the change before of one of them, and of all of the resource',
      [
        ...[touch('/Groups/1', 'a'), touch('/Groups/1', 'b'), touch('/Groups/1', 'b', 'c'), touch('/Groups/2', 'a')],
        ...[patch('/Groups/1', {}), touch('/Groups/1', 'a'), touch('/Groups/1', 'd'), remove('/Groups/1')],
      ],
      [[], [], [1], [], [0, 2], [4], [4], [4, 5, 6]],
    ],
  ])('are %s', (_, operations, needs) => expect(needsOf(parse(operations), elementsOf)).toEqual(needs));
});

describe('order of operations', () => {
  it.each<[title: string, operations: readonly unknown[], units: readonly (readonly number[])[]]>([
    [
      'is the order of the request when nothing refers forward',
      [user('u'), group('g', 'u'), user('v')],
      [[0], [1], [2]],
    ],
    ['has a group after the user that it names', [group('g', 'u'), user('u')], [[1], [0]]],
    [
      'keeps what comes between in its place',
      [group('g', 'u'), remove('/Users/1'), user('u'), user('v')],
      [[1], [2], [0], [3]],
    ],
    ['follows a chain to its end', [group('a', 'b'), group('b', 'c'), group('c')], [[2], [1], [0]]],
    ['has two groups that name each other as one unit', [group('a', 'b'), group('b', 'a')], [[0, 1]]],
    [
      'has a circle of three as one unit, when all that it needs is there',
      [group('a', 'b'), group('b', 'c', 'u'), group('c', 'a'), user('u'), user('v')],
      [[3], [0, 1, 2], [4]],
    ],
    ['has a group that names itself alone', [group('a', 'a'), user('u')], [[0], [1]]],
    [
      'keeps the order of changes to one resource, also when the first has to wait',
      [patch('/Groups/1', { members: [{ value: 'bulkId:u' }] }), remove('/Groups/1'), user('u')],
      [[2], [0], [1]],
    ],
    ['has a path that names a new resource after it', [patch('/Groups/bulkId:g', {}), group('g')], [[1], [0]]],
    ['waits for nothing that no operation creates', [group('g', 'nobody'), user('u')], [[0], [1]]],
  ])('%s', (_, operations, units) => expect(orderUnits(needsOf(parse(operations), elementsOf))).toEqual(units));

  const graphs = fc
    .integer({ min: 1, max: 12 })
    .chain((size) =>
      fc.array(fc.uniqueArray(fc.nat(size - 1), { maxLength: 3 }), { minLength: size, maxLength: size }),
    );
  /** Everything that a node leads to, by the plainest way. */
  const reach = (needs: Needs, from: number): ReadonlySet<number> => {
    const found = new Set<number>();
    const visit = (node: number): void => {
      for (const next of needs[node] ?? [])
        if (!found.has(next)) {
          found.add(next);
          visit(next);
        }
    };
    visit(from);
    return found;
  };

  it('puts two operations into one unit exactly when each needs the other', () => {
    fc.assert(
      fc.property(graphs, (needs) => {
        const groups = groupCircles(needs);
        expect(groups.flat().sort((a, b) => a - b)).toEqual([...needs.keys()]);
        const groupOf = (node: number) => groups.findIndex((members) => members.includes(node));
        for (const a of needs.keys())
          for (const b of needs.keys()) {
            const together = a === b || (reach(needs, a).has(b) && reach(needs, b).has(a));
            expect(groupOf(a) === groupOf(b)).toBe(together);
          }
      }),
    );
  });

  it('does everything once, and nothing before what it needs', () => {
    fc.assert(
      fc.property(graphs, (needs) => {
        const units = orderUnits(needs);
        expect(units.flat().sort((a, b) => a - b)).toEqual([...needs.keys()]);
        const turn = (node: number) => units.findIndex((members) => members.includes(node));
        for (const [node, needed] of needs.entries())
          for (const other of needed) expect(turn(other)).toBeLessThanOrEqual(turn(node));
      }),
    );
  });

  it('lets an operation pass another only when that one has to wait', () => {
    fc.assert(
      fc.property(graphs, (needs) => {
        const order = orderUnits(needs).flat();
        for (const [place, later] of order.entries())
          for (const earlier of order.slice(place + 1).filter((node) => node < later))
            expect(Math.max(...reach(needs, earlier))).toBeGreaterThanOrEqual(later);
      }),
    );
  });

  it('orders a chain of a thousand', () => {
    const needs = Array.from({ length: 1000 }, (_, node) => (node < 999 ? [node + 1] : []));
    expect(orderUnits(needs).flat()).toEqual(Array.from({ length: 1000 }, (_, place) => 999 - place));
  });
});
