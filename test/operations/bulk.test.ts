/** Bulk when the database goes away, or when the program fails: what is answered, and what is not tried any more. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { runBulk } from '../../src/operations/bulk/bulk.ts';
import type { OperationContext } from '../../src/operations/context.ts';
import { Turns } from '../../src/operations/turns.ts';
import { BULK_REQUEST_SCHEMA } from '../../src/scim/bulk/request.ts';
import { ScimError, serviceUnavailable } from '../../src/scim/errors.ts';
import { StorageUnavailable } from '../../src/storage/errors.ts';
import type { Store } from '../../src/storage/store.ts';
import { ENGINES, indexes, memberships, openEngine, registry } from '../support/engines.ts';
import { callerWith } from '../support/caller.ts';

interface Result {
  readonly status: string;
  readonly location?: string;
  readonly version?: string;
  readonly response?: { readonly detail: string };
}

const CALLER = callerWith();
const faultOf = (error: unknown): ScimError => {
  if (error instanceof ScimError) return error;
  return error instanceof StorageUnavailable ? serviceUnavailable('away') : new ScimError(500, undefined, 'failed');
};
const create = (bulkId: string, more: object = {}) => ({
  method: 'POST',
  path: '/Users',
  bulkId,
  data: { userName: bulkId, ...more },
});

describe.each(ENGINES)('bulk operations on $name', (engine) => {
  let store: Store;
  let serial = 0;

  beforeEach(async () => {
    store = await openEngine(engine);
  });
  afterEach(() => store.close());

  const context = (faulty: Partial<Store>): OperationContext => ({
    registry,
    indexes,
    memberships,
    store: { ...store, ...faulty },
    turns: new Turns(),
    connector: 'salesforce',
    now: () => 1_000,
    newId: () => `id-${(serial += 1)}`,
    baseUrl: () => 'http://127.0.0.1/scim/v2',
    leadUrl: () => undefined,
  });
  const run = async (faulty: Partial<Store>, Operations: readonly unknown[]) => {
    const message = await runBulk(context(faulty), { schemas: [BULK_REQUEST_SCHEMA], Operations }, CALLER, faultOf);
    // Built by `bulkResponse`, whose message is plain JSON to the compiler.
    return message['Operations'] as unknown as readonly Result[];
  };

  it('commits a hundred operations at a time', async () => {
    const sizes: number[] = [];
    const commitAll: Store['commitAll'] = (units) => {
      sizes.push(units.length);
      return store.commitAll(units);
    };
    const results = await run(
      { commitAll },
      Array.from({ length: 250 }, (_, index) => create(`user${index}`)),
    );
    expect(new Set(results.map(({ status }) => status))).toEqual(new Set(['201']));
    expect(sizes).toEqual([100, 100, 50]);
  });

  describe('changes of single members of one group', () => {
    const member = (op: string, value: string) => ({
      op,
      path: op === 'remove' ? `members[value eq "${value}"]` : 'members',
      ...(op === 'add' && { value: [{ value }] }),
    });
    const patch = (path: string | undefined, ...Operations: readonly unknown[]) => ({
      method: 'PATCH',
      path,
      data: { schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'], Operations },
    });
    const createGroup = async (...members: readonly string[]): Promise<string> => {
      const data = { displayName: `g${(serial += 1)}`, members: members.map((value) => ({ value })) };
      const [created] = await run({}, [{ method: 'POST', path: '/Groups', bulkId: 'g', data }]);
      return created?.location ?? '';
    };
    const sizesOf = async (operations: readonly unknown[]) => {
      const sizes: number[] = [];
      const commitAll: Store['commitAll'] = (units) => {
        sizes.push(units.length);
        return store.commitAll(units);
      };
      return { results: await run({ commitAll }, operations), sizes };
    };
    const membersOf = async (location: string): Promise<readonly string[]> => {
      const owner = location.split('/').at(-1) ?? '';
      return (await store.readMembers({ list: 'Group.members', owners: [owner] })).map(({ value }) => value);
    };

    it('are committed a hundred at a time, each with its version', async () => {
      const group = await createGroup();
      const operations = Array.from({ length: 250 }, (_, at) => patch(group, member('add', `m${at}`)));
      const { results, sizes } = await sizesOf(operations);
      expect(sizes).toEqual([100, 100, 50]);
      expect(results.map(({ version }) => version)).toEqual(operations.map((_, at) => `W/"${at + 2}"`));
      expect(await membersOf(group)).toHaveLength(250);
    });

    it('come one after the other where they name the same member, or one is about more', async () => {
      const group = await createGroup('a', 'b');
      const { results, sizes } = await sizesOf([
        patch(group, member('add', 'c')),
        patch(group, member('remove', 'c')),
        patch(group, member('remove', 'a'), member('add', 'c')),
        patch(group, { op: 'replace', path: 'members', value: [{ value: 'x' }] }),
        patch(group, member('add', 'y')),
        patch(group, member('add', 'x')),
        patch(group, { op: 'add', path: 'externalId', value: 'ext' }),
        { ...patch(group, member('add', 'z')), version: 'W/"7"' },
      ]);
      expect(results.map(({ status, version }) => [status, version])).toEqual([
        ...[2, 3, 4, 5, 6, 6, 7, 8].map((version) => ['200', `W/"${version}"`]),
      ]);
      expect(sizes).toEqual([1, 1, 1, 1, 1, 1, 1]);
      expect(await membersOf(group)).toEqual(['x', 'y', 'z']);
    });

    it('are answered with the version that the group has, also where nothing was to be changed', async () => {
      const group = await createGroup('a');
      const results = await run({}, [
        patch(group, member('add', 'b')),
        patch(group, member('add', 'a')),
        patch(group, member('remove', 'nobody')),
      ]);
      expect(results.map(({ version }) => version)).toEqual(['W/"2"', 'W/"2"', 'W/"2"']);
    });
  });

  it('tells what was done before the database went away, and tries nothing after', async () => {
    let calls = 0;
    const commitAll: Store['commitAll'] = async (units) => {
      calls += 1;
      if (calls > 1) throw new StorageUnavailable('away');
      return store.commitAll(units);
    };
    const results = await run(
      { commitAll },
      Array.from({ length: 300 }, (_, index) => create(`user${index}`)),
    );
    const statuses = results.map(({ status }) => status);
    expect([statuses.slice(0, 100), statuses.slice(100)]).toEqual([Array(100).fill('201'), Array(200).fill('503')]);
    expect(results[100]?.response?.detail).toBe('Operations[100]: away');
    expect(results[299]?.response?.detail).toBe('Operations[299]: not tried, because the database is not available');
    expect(calls).toBe(2);
  });

  it('fails as a whole when the database is away from the first operation on, so that the client repeats it', async () => {
    const commitAll = () => Promise.reject(new StorageUnavailable('away'));
    await expect(run({ commitAll }, [create('a'), create('b')])).rejects.toMatchObject({ status: 503 });
  });

  it('fails one operation alone when the program fails in it', async () => {
    const readResource = () => Promise.reject(new TypeError('a fault of ours'));
    const results = await run({ readResource }, [create('a'), { method: 'DELETE', path: '/Users/x' }, create('b')]);
    expect(results.map(({ status }) => status)).toEqual(['201', '500', '201']);
  });

  it('runs an operation again when somebody else was faster, and only that one', async () => {
    const [user, other] = await run({}, [create('a'), create('b')]);
    const patch = (location: string | undefined, title: string) => ({
      method: 'PATCH',
      path: location,
      data: { Operations: [{ op: 'add', path: 'title', value: title }] },
    });
    let calls = 0;
    const commitAll: Store['commitAll'] = async (units) => {
      calls += 1;
      await run({}, [
        { ...patch(user?.location, 'x'), data: { Operations: [{ op: 'add', path: 'nickName', value: 'faster' }] } },
      ]);
      return store.commitAll(units);
    };
    const results = await run({ commitAll }, [patch(user?.location, 'slower'), patch(other?.location, 'alone')]);
    expect(results.map(({ status }) => status)).toEqual(['200', '200']);
    expect(calls).toBe(1);
    const stored = await store.readResource('User', user?.location?.split('/').at(-1) ?? '');
    expect(JSON.parse(stored?.document ?? '{}')).toMatchObject({ nickName: 'faster', title: 'slower' });
    expect(stored?.version).toBe(3);
  });

  it('refuses with 412 what was changed by somebody faster, when it names a version', async () => {
    const [user] = await run({}, [create('a')]);
    const patch = (path: string, more: object = {}) => ({
      method: 'PATCH',
      path: user?.location,
      data: { Operations: [{ op: 'add', path, value: 'x' }] },
      ...more,
    });
    const commitAll: Store['commitAll'] = async (units) => {
      await run({}, [patch('nickName')]);
      return store.commitAll(units);
    };
    const [result] = await run({ commitAll }, [patch('title', { version: 'W/"1"' })]);
    expect(result).toMatchObject({ status: '412', response: { detail: expect.stringMatching(/^Operations\[0\]: /) } });
  });
});
