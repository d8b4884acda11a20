/** Between a resource as the protocol knows it and as it lies on disk; `meta` is made from columns (RFC 7643 §3.1). */
import type { Json, JsonObject } from '../scim/json.ts';
import { etag } from '../scim/preconditions.ts';
import type { Attribute } from '../scim/schema/attribute.ts';
import type { ResourceType } from '../scim/schema/resource-type.ts';
import type { StoredResource } from '../storage/store.ts';

export interface Stamp {
  readonly id: string;
  readonly version: number;
  readonly createdAt: number;
  readonly lastModifiedAt: number;
}

/** What is `returned: never` (a password) is not needed here and so never reaches the disk. */
export function toStored(type: ResourceType, resource: JsonObject, stamp: Stamp): StoredResource {
  const { schemas, ...attributes } = withoutSecrets(type, resource);
  const document = JSON.stringify({ schemas, id: stamp.id, ...attributes });
  return { type: type.name, ...stamp, document };
}

/** Leaves out every attribute that is `returned: never`. */
export function withoutSecrets(type: ResourceType, resource: JsonObject): JsonObject {
  const secret = new Set(type.attributes.filter(({ returned }) => returned === 'never').map(({ name }) => name));
  const kept: JsonObject = {};
  for (const [name, value] of Object.entries(resource)) if (!secret.has(name)) kept[name] = clean(type, name, value);
  return kept;
}

function clean(type: ResourceType, name: string, value: Json): Json {
  const secret = type.extensionAttributes(name).filter(({ returned }) => returned === 'never');
  if (secret.length === 0 || typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(
    Object.entries(value).filter(([member]) => !secret.some((attribute) => attribute.name === member)),
  );
}

/** The resource without `meta`, as it was normalised. */
export const parseStored = (stored: StoredResource): JsonObject =>
  // Written by `toStored` only.
  JSON.parse(stored.document) as JsonObject;

/**
 * The whole resource as it is answered.
 *
 * @param computed attributes that are not on disk but worked out
 */
export function resourceMessage(stored: StoredResource, location: string, computed: JsonObject): JsonObject {
  return { ...parseStored(stored), ...computed, meta: metaOf(stored, location) };
}

/** The same as JSON text, without parsing what is on disk: the hot path of GET and of lists. */
export function resourceText(stored: StoredResource, location: string, computed: JsonObject): string {
  const rest = JSON.stringify({ ...computed, meta: metaOf(stored, location) });
  return `${stored.document.slice(0, -1)},${rest.slice(1)}`;
}

function metaOf(stored: StoredResource, location: string): JsonObject {
  return {
    resourceType: stored.type,
    created: new Date(stored.createdAt).toISOString(),
    lastModified: new Date(stored.lastModifiedAt).toISOString(),
    location,
    version: etag(stored.version),
  };
}

/** Whether a stored document holds attributes that are answered only on request, so that text cannot go out as it is. */
export function hidesAttributes(type: ResourceType): boolean {
  const known = hiding.get(type);
  if (known !== undefined) return known;
  const stored = [...type.attributes, ...type.extensions.flatMap(({ urn }) => type.extensionAttributes(urn))];
  const hides = stored.some(isHidden);
  hiding.set(type, hides);
  return hides;
}

const hiding = new WeakMap<ResourceType, boolean>();

const isHidden = (attribute: Attribute): boolean =>
  attribute.mutability !== 'readOnly' &&
  (attribute.returned === 'request' ||
    attribute.subAttributes.some((sub) => sub.returned === 'request' || sub.returned === 'never'));
