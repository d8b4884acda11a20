/** What a PATCH path points at (RFC 7644 §3.5.2, figure 7). */
import { matchesElement, valuesAt } from '../filter/evaluate.ts';
import type { Filter } from '../filter/filter.ts';
import { parseElementFilter, type PathOptions } from '../filter/parse.ts';
import { invalidFilter, invalidPath, mutability, ScimError } from '../errors.ts';
import { isObject, type Json, type JsonObject } from '../json.ts';
import type { Attribute } from '../schema/attribute.ts';
import type { AttributePath, ResourceType } from '../schema/resource-type.ts';

export interface Path extends AttributePath {
  /** Chooses elements of the multi-valued `attribute`; its own paths begin at the element. */
  readonly filter?: Filter;
}

/**
 * Resolves a path against the schemas of a type. Every name in it is a defined one: `__proto__` is as unknown as `foo`.
 *
 * @throws ScimError invalidPath, or invalidFilter for what is between the brackets
 */
export function parsePath(resourceType: ResourceType, text: string, options: PathOptions = {}): Path {
  const trimmed = text.trim();
  const open = trimmed.indexOf('[');
  return open === -1 ? resolve(resourceType, trimmed) : parseValuePath(resourceType, trimmed, open, options);
}

/** The same for a path somebody reads: `emails[type eq "work"].value`, `addresses.locality`, `urn:…:User:department`. */
export const parseReadPath: (resourceType: ResourceType, text: string) => Path = parsePath;

/** The values at a path, one per element of a multi-valued attribute; empty where there are none. */
export function readPath(path: Path, resource: JsonObject): Json[] {
  const { filter, subAttribute, ...whole } = path;
  if (filter === undefined) return valuesAt(path, resource);
  const elements = valuesAt(whole, resource).filter((element) => matchesElement(filter, element));
  if (subAttribute === undefined) return elements;
  return elements.flatMap((element) => (isObject(element) ? valuesAt({ attribute: subAttribute }, element) : []));
}

/** @throws ScimError mutability */
export function refuseReadOnly(resourceType: ResourceType, path: AttributePath): void {
  if (!isReadOnly(resourceType, path)) return;
  throw mutability(`${nameOfPath(path)} is readOnly`);
}

/** Canonical, without the filter, which may hold personal data. */
export const nameOfPath = ({ extension, attribute, subAttribute }: AttributePath): string =>
  (subAttribute ?? attribute)?.path ?? extension ?? '';

/** An extension is readOnly as a whole when all of its attributes are. */
export function isReadOnly(resourceType: ResourceType, { extension, attribute, subAttribute }: AttributePath): boolean {
  const concerned = attribute === undefined ? resourceType.extensionAttributes(extension ?? '') : [attribute];
  return concerned.every(readOnly) || (subAttribute !== undefined && readOnly(subAttribute));
}

function readOnly({ mutability }: Attribute): boolean {
  return mutability === 'readOnly';
}

function resolve(resourceType: ResourceType, name: string): AttributePath {
  const path = resourceType.resolve(name);
  if (path === undefined) throw invalidPath(`"${clip(name)}" is not an attribute of ${resourceType.name}${hint(name)}`);
  return path;
}

/** RFC 6902 writes paths with slashes. */
const hint = (name: string): string =>
  name.startsWith('/') ? ': a SCIM path is written title or name.familyName (RFC 7644 section 3.5.2)' : '';

function parseValuePath(resourceType: ResourceType, text: string, open: number, options: PathOptions): Path {
  const path = resolve(resourceType, text.slice(0, open));
  const { attribute } = path;
  if (attribute?.multiValued !== true || path.subAttribute !== undefined) {
    throw invalidPath(`"${clip(text.slice(0, open))}" is not multi-valued and takes no [filter]`);
  }
  const close = closingBracket(text, open);
  if (close === undefined) throw invalidPath(`the [ of "${clip(text)}" is not closed`);
  const filter = parseFilterOf(attribute, text.slice(open + 1, close), options);
  const suffix = text.slice(close + 1);
  return { ...path, filter, ...(suffix === '' ? {} : { subAttribute: subAttributeOf(attribute, suffix) }) };
}

function parseFilterOf(attribute: Attribute, text: string, options: PathOptions): Filter {
  if (/^\d+$/.test(text))
    throw invalidFilter(`elements have no numbers: choose one as ${attribute.path}[type eq "work"] does`);
  try {
    return parseElementFilter(attribute, text, options);
  } catch (error) {
    throw error instanceof ScimError ? error.at(`${attribute.path}[…]`) : error;
  }
}

function subAttributeOf(attribute: Attribute, suffix: string): Attribute {
  const subAttribute = suffix.startsWith('.') ? attribute.subAttribute(suffix.slice(1)) : undefined;
  if (subAttribute === undefined) throw invalidPath(`"${clip(suffix)}" is not a sub-attribute of ${attribute.path}`);
  return subAttribute;
}

/** A bracket within a quoted string closes nothing. Goes over the text once: it gives up at a string that does not end. */
function closingBracket(text: string, open: number): number | undefined {
  const step = /[^"\]]+|"[^"\\]*(?:\\.[^"\\]*)*"|\]/sy;
  step.lastIndex = open;
  for (let found = step.exec(text); found; found = step.exec(text)) {
    if (found[0] === ']') return found.index;
  }
  return undefined;
}

/** A detail quotes what the client sent, but not a megabyte of it. */
function clip(text: string): string {
  return text.length > 100 ? `${text.slice(0, 100)}…` : text;
}
