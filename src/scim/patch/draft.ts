/** The copy of a resource that the operations of one PATCH change (RFC 7644 §3.5.2: all or nothing). */
import { cloneJson, isObject, isUnassigned, unassign, type JsonObject } from '../json.ts';
import { schemasOf } from '../normalise.ts';
import type { Attribute } from '../schema/attribute.ts';
import type { AttributePath, ResourceType } from '../schema/resource-type.ts';
import { ElementList } from './element-list.ts';
import { Looks } from './looks.ts';

export class Draft {
  readonly resourceType: ResourceType;
  readonly #resource: JsonObject;
  /** Multi-valued attributes that an operation has touched, by attribute path. */
  readonly #lists = new Map<string, { readonly list: ElementList; readonly container: JsonObject }>();
  readonly #looks = new Looks();

  constructor(resourceType: ResourceType, resource: JsonObject) {
    this.resourceType = resourceType;
    this.#resource = copyUpToLists(resource);
  }

  get id(): unknown {
    return this.#resource['id'];
  }

  /** The object that holds the attribute: the resource, or its extension object, which is made when missing. */
  container({ extension }: AttributePath): JsonObject {
    return extension === undefined ? this.#resource : objectAt(this.#resource, extension);
  }

  list(path: AttributePath, attribute: Attribute): ElementList {
    const known = this.#lists.get(attribute.path);
    if (known !== undefined) return known.list;
    const container = this.container(path);
    const elements = container[attribute.name];
    const list = new ElementList(attribute, Array.isArray(elements) ? elements : [], this.#looks);
    this.#lists.set(attribute.path, { list, container });
    return list;
  }

  /** Drops an extension with everything in it. */
  removeExtension(urn: string): void {
    unassign(this.#resource, urn);
    for (const { path } of this.resourceType.extensionAttributes(urn)) this.#lists.delete(path);
  }

  /** The resource after all operations: without empty lists and objects, `schemas` true to what is there. */
  finish(): JsonObject {
    for (const { list, container } of this.#lists.values()) {
      if (list.size === 0) unassign(container, list.attribute.name);
      else container[list.attribute.name] = list.toArray();
    }
    for (const { urn } of this.resourceType.extensions) {
      if (isUnassigned(this.#resource[urn] ?? null)) unassign(this.#resource, urn);
    }
    this.#resource['schemas'] = schemasOf(this.resourceType, this.#resource);
    return this.#resource;
  }
}

/** Lists are copied when they are touched, and their elements when they are changed. */
function copyUpToLists(resource: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(resource).map(([name, value]) => [name, Array.isArray(value) ? value : cloneJson(value)]),
  );
}

/** The object at a member, made when something else or nothing is there. */
export function objectAt(container: JsonObject, name: string): JsonObject {
  const member = container[name];
  if (isObject(member)) return member;
  const made: JsonObject = {};
  container[name] = made;
  return made;
}
