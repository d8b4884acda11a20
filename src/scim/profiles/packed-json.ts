/** Elements that come as JSON in a string: Entra ID sends app roles so, `"{\"value\":\"Admin\",\"displayName\":\"Admin\"}"`. */
import { isObject, type Json, type JsonObject } from '../json.ts';
import type { PatchOperation } from '../patch/parse.ts';
import { parsePath } from '../patch/path.ts';
import type { Attribute } from '../schema/attribute.ts';
import type { ResourceType } from '../schema/resource-type.ts';

/** @param note told the path of each attribute in which something was unpacked */
export function unpackResource(type: ResourceType, body: JsonObject, note: (path: string) => void): JsonObject {
  const unpacked = Object.entries(body).map(([name, value]) => {
    const attribute = type.resolve(name)?.attribute;
    return [name, attribute ? unpackValue(attribute, value, note) : value] as const;
  });
  return Object.fromEntries(unpacked);
}

export function unpackOperation(
  type: ResourceType,
  operation: PatchOperation,
  note: (path: string) => void,
): PatchOperation {
  const { path, value } = operation;
  if (value === undefined) return operation;
  if (path === undefined)
    return isObject(value) ? { ...operation, value: unpackResource(type, value, note) } : operation;
  const { attribute, subAttribute } = parsePath(type, path);
  if (!attribute || subAttribute) return operation;
  return { ...operation, value: unpackValue(attribute, value, note) };
}

function unpackValue(attribute: Attribute, value: Json, note: (path: string) => void): Json {
  if (!attribute.multiValued || attribute.type !== 'complex') return value;
  if (!Array.isArray(value)) return unpackElement(attribute, value, note);
  return value.map((element) => unpackElement(attribute, element, note));
}

function unpackElement(attribute: Attribute, element: Json, note: (path: string) => void): Json {
  const text = isObject(element) ? element['value'] : element;
  const packed = typeof text === 'string' ? parseObject(text) : undefined;
  if (!packed) return element;
  note(attribute.path);
  const { displayName, ...members } = packed;
  const rest = isObject(element) ? element : {};
  return { ...rest, ...(displayName !== undefined && { display: displayName }), ...members };
}

function parseObject(text: string): JsonObject | undefined {
  if (!text.startsWith('{')) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
