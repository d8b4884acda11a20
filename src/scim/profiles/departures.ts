/** What clients write beside the RFCs and the service reads all the same, for a profile that is to refuse it. */
import { invalidPath, invalidSyntax, invalidValue } from '../errors.ts';
import { isObject, kindOf, memberOf, type Json, type JsonObject } from '../json.ts';
import { PATCH_OP_SCHEMA, type PatchOperation } from '../patch/parse.ts';
import { parsePath } from '../patch/path.ts';
import type { Attribute } from '../schema/attribute.ts';
import type { ResourceType } from '../schema/resource-type.ts';

/**
 * Looks through a resource for `schemas` that are missing, dotted names, and values in another form than their schema has.
 *
 * @throws ScimError invalidSyntax or invalidValue naming the attribute (RFC 7643 §3, §2.3, §2.4)
 */
export function refuseDepartures(type: ResourceType, body: JsonObject): void {
  requireSchema(memberOf(body, 'schemas'), type.schema);
  refuseInMembers(type, body, '');
}

/**
 * The same for a PATCH: its message, its verbs and the values of its operations.
 *
 * @throws ScimError invalidSyntax, invalidPath or invalidValue (RFC 7644 §3.5.2)
 */
export function refusePatchDepartures(type: ResourceType, body: unknown, operations: readonly PatchOperation[]): void {
  // `operations` was read from it.
  const message = body as JsonObject;
  requireSchema(memberOf(message, 'schemas'), PATCH_OP_SCHEMA);
  if (operations.length === 0) throw invalidSyntax('Operations must have at least one operation');
  const written = memberOf(message, 'Operations') as JsonObject[];
  for (const [index, { op, path, value }] of operations.entries()) {
    const where = `Operations[${index}]`;
    if (memberOf(written[index] ?? {}, 'op') !== op) throw invalidSyntax(`${where}.op must be "${op}" in lower case`);
    if (path !== undefined) refuseAt(type, path, value);
    else if (isObject(value)) refuseInMembers(type, value, '');
  }
}

function requireSchema(schemas: Json | undefined, urn: string): void {
  const urns = Array.isArray(schemas) ? schemas : [];
  if (urns.some((one) => typeof one === 'string' && one.toLowerCase() === urn.toLowerCase())) return;
  throw invalidSyntax(`schemas must contain ${urn}`);
}

function refuseAt(type: ResourceType, text: string, value: Json | undefined): void {
  const { attribute, subAttribute } = parsePath(type, text, { quotedBooleans: 'refuse' });
  const target = subAttribute ?? attribute;
  if (target === undefined || value === undefined || value === null) return;
  if (!target.multiValued && Array.isArray(value)) throw invalidValue(`${target.path} must be one value, not an array`);
  for (const element of Array.isArray(value) ? value : [value]) refuseElement(target, element, target.path);
}

function refuseInMembers(type: ResourceType, members: JsonObject, prefix: string): void {
  for (const [name, value] of Object.entries(members)) {
    if (name.includes('[')) throw invalidPath(`${name} is a path: give it as the path of an operation`);
    const { attribute, subAttribute } = type.resolve(`${prefix}${name}`) ?? {};
    if (subAttribute) throw invalidSyntax(`${name} must be ${subAttribute.name} in an object ${attribute?.name ?? ''}`);
    if (attribute) refuseValue(attribute, value, attribute.path);
    else if (isObject(value)) refuseInMembers(type, value, `${name}:`);
  }
}

function refuseValue(attribute: Attribute, value: Json, where: string): void {
  if (value === null) return;
  if (!attribute.multiValued) return refuseElement(attribute, value, where);
  if (!Array.isArray(value)) throw invalidValue(`${where} must be an array, not ${kindOf(value)}`);
  for (const [index, element] of value.entries()) refuseElement(attribute, element, `${where}[${index}]`);
}

function refuseElement(attribute: Attribute, value: Json, where: string): void {
  if (value === null) return;
  if (attribute.type === 'boolean' && typeof value !== 'boolean')
    throw invalidValue(`${where} must be true or false, not ${kindOf(value)}`);
  if (attribute.type !== 'complex') return;
  if (!isObject(value)) throw invalidValue(`${where} must be an object, not ${kindOf(value)}`);
  for (const [name, member] of Object.entries(value)) {
    const subAttribute = attribute.subAttribute(name);
    if (subAttribute) refuseValue(subAttribute, member, `${where}.${name}`);
  }
}
