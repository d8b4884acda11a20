/** What a PATCH body asks for (RFC 7644 §3.5.2). */
import { invalidPath, invalidSyntax, invalidValue, noTarget } from '../errors.ts';
import { isObject, isUnassigned, kindOf, memberOf, type Json, type JsonObject } from '../json.ts';

export const PATCH_OP_SCHEMA = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';

export type PatchVerb = 'add' | 'replace' | 'remove';

export interface PatchOperation {
  readonly op: PatchVerb;
  /** Absent: `value` is an object whose members name the targets. */
  readonly path?: string;
  readonly value?: Json;
}

/**
 * Reads the operations of a PATCH body. Unknown members are left out: Entra ID sends a `name` with its operations.
 *
 * @throws ScimError invalidSyntax, invalidPath, invalidValue or noTarget, saying which operation
 */
export function parsePatchOp(body: unknown): PatchOperation[] {
  if (!isObject(body)) throw invalidSyntax(`a PATCH body must be an object, not ${kindOf(body)}`);
  checkSchemas(memberOf(body, 'schemas'));
  const operations = memberOf(body, 'Operations');
  if (!Array.isArray(operations)) throw invalidSyntax(`Operations must be an array, not ${kindOf(operations)}`);
  return operations.map((operation, index) => parseOperation(operation, `Operations[${index}]`));
}

/** Missing or empty is tolerated as in resources; another message's URN is not. */
function checkSchemas(schemas: Json | undefined): void {
  if (schemas === undefined || isUnassigned(schemas)) return;
  const urns = Array.isArray(schemas) ? schemas : [];
  if (urns.some((urn) => typeof urn === 'string' && urn.toLowerCase() === PATCH_OP_SCHEMA.toLowerCase())) return;
  throw invalidSyntax(`schemas must be ["${PATCH_OP_SCHEMA}"]`);
}

function parseOperation(operation: Json, where: string): PatchOperation {
  if (!isObject(operation)) throw invalidSyntax(`${where} must be an object, not ${kindOf(operation)}`);
  const op = parseVerb(memberOf(operation, 'op'), where);
  const path = parsePath(memberOf(operation, 'path'), where);
  const value = memberOf(operation, 'value');
  if (op === 'remove' && path === undefined) throw noTarget(`${where} is a remove and needs a path`);
  if (op !== 'remove') checkValue(value, path, where);
  return { op, ...(path === undefined ? {} : { path }), ...(value === undefined ? {} : { value }) };
}

const VERBS: ReadonlyMap<string, PatchVerb> = new Map([
  ['add', 'add'],
  ['replace', 'replace'],
  ['remove', 'remove'],
]);

/** Entra ID capitalises the verbs. */
function parseVerb(op: Json | undefined, where: string): PatchVerb {
  const verb = typeof op === 'string' ? VERBS.get(op.toLowerCase()) : undefined;
  if (verb === undefined) throw invalidSyntax(`${where}.op must be "add", "replace" or "remove"`);
  return verb;
}

function parsePath(path: Json | undefined, where: string): string | undefined {
  if (path === undefined || path === null) return undefined;
  if (typeof path !== 'string') throw invalidPath(`${where}.path must be a string, not ${kindOf(path)}`);
  return path.trim() === '' ? undefined : path;
}

function checkValue(value: Json | undefined, path: string | undefined, where: string): asserts value is Json {
  if (value === undefined) throw invalidValue(`${where} needs a value`);
  if (path !== undefined || isMembers(value)) return;
  throw invalidValue(`${where} has no path, so that its value must be an object, not ${kindOf(value)}`);
}

function isMembers(value: Json): value is JsonObject {
  return isObject(value);
}
