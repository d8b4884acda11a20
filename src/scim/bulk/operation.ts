/** What one operation of a bulk request asks for (RFC 7644 §3.7). */
import { invalidSyntax, invalidValue, methodNotAllowed, ScimError } from '../errors.ts';
import { isObject, kindOf, memberOf, type Json, type JsonObject } from '../json.ts';
import { PATCH_OP_SCHEMA } from '../patch/parse.ts';
import { referenceOf, referencesIn, replaceReferences } from './references.ts';
import type { Target } from './target.ts';

export type BulkMethod = 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** What the result repeats, as far as it can be read. */
interface Head {
  readonly method?: string;
  readonly bulkId?: string;
  readonly target?: Target;
}

export interface ReadableOperation extends Head {
  readonly method: BulkMethod;
  readonly target: Target;
  readonly data: Json;
  /** Entity tag of the version to change. */
  readonly version?: string;
  /** The bulkIds that `target` and `data` refer to. */
  readonly references: ReadonlySet<string>;
}

/** One that fails, whatever becomes of the others. */
export interface FaultyOperation extends Head {
  readonly fault: ScimError;
}

export type BulkOperation = ReadableOperation | FaultyOperation;

export type ReadTarget = (path: string) => Target;

export const isFaulty = (operation: BulkOperation): operation is FaultyOperation => 'fault' in operation;

/** @param readTarget throws a ScimError for a path that names nothing */
export function parseOperation(operation: Json, readTarget: ReadTarget): BulkOperation {
  if (!isObject(operation)) return { fault: invalidSyntax(`an operation must be an object, not ${kindOf(operation)}`) };
  const target = attempt(() => readTarget(parseText(operation, 'path')));
  const readable = attempt(() => {
    if (target instanceof ScimError) throw target;
    return parseReadable(operation, target);
  });
  if (!(readable instanceof ScimError)) return readable;
  return { ...headOf(operation), ...(!(target instanceof ScimError) && { target }), fault: readable };
}

/** The operation with ids in the place of its references. */
export function resolveOperation(operation: ReadableOperation, idOf: (bulkId: string) => string): ReadableOperation {
  if (operation.references.size === 0) return operation;
  const { target, data } = operation;
  return { ...operation, target: resolveTarget(target, idOf), data: replaceReferences(data, idOf) };
}

function resolveTarget({ type, id }: Target, idOf: (bulkId: string) => string): Target {
  const bulkId = id === undefined ? undefined : referenceOf(id);
  return { type, ...(id !== undefined && { id: bulkId === undefined ? id : idOf(bulkId) }) };
}

function headOf(operation: JsonObject): Head {
  const method = memberOf(operation, 'method');
  const bulkId = memberOf(operation, 'bulkId');
  return {
    ...(typeof method === 'string' && { method: method.toUpperCase() }),
    ...(typeof bulkId === 'string' && { bulkId }),
  };
}

function parseReadable(operation: JsonObject, target: Target): ReadableOperation {
  const method = parseMethod(operation);
  const data = parseData(operation, method);
  const version = optionalText(operation, 'version');
  const bulkId = optionalText(operation, 'bulkId');
  checkTarget(method, target);
  if (method === 'POST' && !bulkId) throw invalidSyntax('a POST needs a bulkId, to be known by in the response');
  return {
    method,
    target,
    data,
    ...(bulkId !== undefined && { bulkId }),
    ...(version !== undefined && { version }),
    references: new Set([...referencesIn(target.id ?? ''), ...referencesIn(data)]),
  };
}

const METHODS: ReadonlyMap<string, BulkMethod> = new Map([
  ['POST', 'POST'],
  ['PUT', 'PUT'],
  ['PATCH', 'PATCH'],
  ['DELETE', 'DELETE'],
]);

function parseMethod(operation: JsonObject): BulkMethod {
  const method = METHODS.get(parseText(operation, 'method').toUpperCase());
  if (method === undefined) throw invalidSyntax('method must be "POST", "PUT", "PATCH" or "DELETE"');
  return method;
}

function checkTarget(method: BulkMethod, { type: { endpoint }, id }: Target): void {
  if (method === 'POST' && id !== undefined)
    throw methodNotAllowed(`path must be ${endpoint} for a POST, without the id of a resource`);
  if (method !== 'POST' && id === undefined)
    throw methodNotAllowed(`path must name a resource for a ${method}, as in ${endpoint}/<id>`);
}

function parseData(operation: JsonObject, method: BulkMethod): Json {
  if (method === 'DELETE') return null;
  const data = memberOf(operation, 'data');
  if (data === undefined) throw invalidSyntax(`a ${method} needs data, as it would be the body of a single ${method}`);
  // The example of RFC 7644 §3.7.3 has the operations of its PATCH without the message around them.
  return method === 'PATCH' && Array.isArray(data) ? { schemas: [PATCH_OP_SCHEMA], Operations: data } : data;
}

function parseText(operation: JsonObject, member: string): string {
  const text = optionalText(operation, member);
  if (text === undefined) throw invalidSyntax(`${member} is missing`);
  return text;
}

function optionalText(operation: JsonObject, member: string): string | undefined {
  const value = memberOf(operation, member);
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string') throw invalidValue(`${member} must be a string, not ${kindOf(value)}`);
  return value;
}

/** @returns what `read` gives, or the fault that it throws */
function attempt<T>(read: () => T): T | ScimError {
  try {
    return read();
  } catch (error) {
    if (error instanceof ScimError) return error;
    throw error;
  }
}
