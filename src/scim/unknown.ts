/** Names in what a client writes that the schemas do not have, for a server that is to refuse them (RFC 7644 §3.12, invalidSyntax). */
import { invalidSyntax } from './errors.ts';
import { isObject, type Json, type JsonObject } from './json.ts';
import type { PatchOperation } from './patch/parse.ts';
import { parsePath } from './patch/path.ts';
import type { Attribute } from './schema/attribute.ts';
import type { AttributePath, ResourceType } from './schema/resource-type.ts';

/**
 * Looks through a resource: its members at any depth, and its `schemas`.
 *
 * @throws ScimError invalidSyntax naming what is unknown
 */
export function refuseUnknown(type: ResourceType, resource: JsonObject): void {
  refuse(type, unknownMembers({ type, resolve: (name) => resolveWritten(type, name) }, resource));
}

/**
 * Looks through the value of a PATCH operation. A path that is unknown is a fault in any case.
 *
 * @throws ScimError invalidSyntax naming what is unknown
 */
export function refuseUnknownInOperation(type: ResourceType, { path, value }: PatchOperation): void {
  if (value === undefined) return;
  const names: Names = { type, resolve: (name) => resolveTarget(type, name) };
  if (path !== undefined) refuse(type, unknownAt(names, parsePath(type, path), value));
  else if (isObject(value)) refuse(type, unknownMembers(names, value));
}

interface Names {
  readonly type: ResourceType;
  resolve(name: string): AttributePath | undefined;
}

/** `emails.value` names nothing in a resource: nobody knows which e-mail. */
function resolveWritten(type: ResourceType, name: string): AttributePath | undefined {
  const path = type.resolve(name);
  return path?.subAttribute && path.attribute?.multiValued ? undefined : path;
}

const resolveTarget = (type: ResourceType, name: string): AttributePath | undefined =>
  name.includes('[') ? parsePath(type, name) : type.resolve(name);

function unknownMembers(names: Names, object: JsonObject, prefix = ''): readonly string[] {
  return Object.entries(object).flatMap(([member, value]) => {
    const path = names.resolve(prefix + member);
    return path ? unknownAt(names, path, value) : [prefix + member];
  });
}

function unknownAt(
  names: Names,
  { extension, attribute, subAttribute }: AttributePath,
  value: Json,
): readonly string[] {
  if (attribute?.path === 'schemas') return unknownSchemas(names.type, value);
  if (attribute) return unknownParts(subAttribute ?? attribute, value);
  return isObject(value) ? unknownMembers(names, value, `${extension ?? ''}:`) : [];
}

function unknownSchemas({ schema, extensions }: ResourceType, declared: Json): readonly string[] {
  const known = new Set([schema, ...extensions.map(({ urn }) => urn)].map((urn) => urn.toLowerCase()));
  const urns = (Array.isArray(declared) ? declared : [declared]).filter((urn) => typeof urn === 'string');
  return urns.filter((urn) => !known.has(urn.toLowerCase()));
}

/** What is not complex has no names in it; a wrong value is for validation to refuse. */
function unknownParts(attribute: Attribute, value: Json): readonly string[] {
  if (attribute.type !== 'complex') return [];
  const elements = (Array.isArray(value) ? value : [value]).filter(isObject);
  const members = elements.flatMap((element) => Object.keys(element));
  return members.filter((name) => !attribute.subAttribute(name)).map((name) => `${attribute.path}.${name}`);
}

/** More would bury what a client engineer needs. */
const MAX_NAMES = 10;
const MAX_CHARACTERS = 200;

function refuse({ name }: ResourceType, unknown: readonly string[]): void {
  const names = [...new Set(unknown)];
  if (names.length === 0) return;
  const listed = names.slice(0, MAX_NAMES).map((one) => one.slice(0, MAX_CHARACTERS));
  const more = names.length > MAX_NAMES ? ` and ${names.length - MAX_NAMES} more` : '';
  throw invalidSyntax(`the schemas of ${name} have no ${listed.join(', ')}${more}: leave out what they do not have`);
}
