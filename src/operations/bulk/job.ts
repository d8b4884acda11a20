/** What is known of the operations of one bulk request while they are worked off: the ids given, and the results so far. */
import { isFaulty, resolveOperation, type BulkOperation, type ReadableOperation } from '../../scim/bulk/operation.ts';
import { creatorsOf } from '../../scim/bulk/order.ts';
import { describeBulkId, referenceOf } from '../../scim/bulk/references.ts';
import type { BulkResult } from '../../scim/bulk/response.ts';
import { conflict, invalidValue, type ScimError } from '../../scim/errors.ts';
import { etag } from '../../scim/preconditions.ts';
import type { OperationContext } from '../context.ts';
import type { StoredResource } from '../../storage/store.ts';
import { locationOf } from '../location.ts';
import type { Done } from './run-operation.ts';

export class BulkJob {
  /** By position; undefined: not processed. */
  readonly results: (BulkResult | undefined)[];
  /** Operations that failed. */
  errors = 0;
  readonly #context: OperationContext;
  readonly #operations: readonly BulkOperation[];
  readonly #creators: ReadonlyMap<string, number>;
  /** Given beforehand, so that a reference forward or in a circle is an id like any other. */
  readonly #newIds: readonly string[];
  /** By id: a change that turned out to be none read its resource before others of its batch gave it a new version. */
  readonly #versions = new Map<string, number>();

  constructor(context: OperationContext, operations: readonly BulkOperation[]) {
    this.#context = context;
    this.#operations = operations;
    this.#creators = creatorsOf(operations);
    this.#newIds = operations.map(({ method }) => (method === 'POST' ? context.newId() : ''));
    this.results = operations.map(() => undefined);
  }

  /** The id that the resource of a POST will have. */
  newIdOf(position: number): string {
    return this.#newIds[position] ?? '';
  }

  bulkIdOf(position: number): string {
    return this.#operation(position).bulkId ?? '';
  }

  /**
   * The operation with ids in the place of its references.
   *
   * @throws ScimError when it cannot be read, or refers to what no operation creates or what failed
   */
  resolve(position: number): ReadableOperation {
    const operation = this.#operation(position);
    if (isFaulty(operation)) throw operation.fault;
    return resolveOperation(operation, (bulkId) => this.#idBehind(bulkId));
  }

  succeed(position: number, { status, resource }: Done): void {
    const { method, bulkId, target } = this.resolve(position);
    this.results[position] = {
      method,
      ...(bulkId !== undefined && { bulkId }),
      location: locationOf(this.#context, target.type.name, resource?.id ?? target.id ?? ''),
      ...(resource && { version: etag(this.#latestVersion(resource)) }),
      status,
    };
  }

  fail(position: number, fault: ScimError): void {
    const { method, bulkId } = this.#operation(position);
    const location = this.#locationOfFailed(position);
    this.errors += 1;
    this.results[position] = {
      ...(method !== undefined && { method }),
      ...(bulkId !== undefined && { bulkId }),
      ...(location !== undefined && { location }),
      status: fault.status,
      fault: fault.at(`Operations[${position}]`),
    };
  }

  #latestVersion({ id, version }: StoredResource): number {
    const latest = Math.max(version, this.#versions.get(id) ?? 0);
    this.#versions.set(id, latest);
    return latest;
  }

  #idBehind(bulkId: string): string {
    const creator = this.#creators.get(bulkId);
    if (creator === undefined) throw invalidValue(`${describeBulkId(bulkId)} is that of no POST in this request`);
    if (this.results[creator]?.fault) throw conflict(`it refers to ${describeBulkId(bulkId)}, which failed`);
    return this.newIdOf(creator);
  }

  /** A POST that failed has none, and what refers to one neither. */
  #locationOfFailed(position: number): string | undefined {
    const { method, target } = this.#operation(position);
    if (method === 'POST' || target?.id === undefined) return undefined;
    const bulkId = referenceOf(target.id);
    if (bulkId === undefined) return locationOf(this.#context, target.type.name, target.id);
    return this.results[this.#creators.get(bulkId) ?? -1]?.location;
  }

  #operation(position: number): BulkOperation {
    const operation = this.#operations[position];
    if (!operation) throw new TypeError(`there is no operation ${position}`);
    return operation;
  }
}
