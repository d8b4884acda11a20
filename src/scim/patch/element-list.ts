/** The elements of one multi-valued attribute while it is patched, in time linear in elements and operations. */
import { foldCase } from '../comparable.ts';
import { matchesElement } from '../filter/evaluate.ts';
import type { Filter } from '../filter/filter.ts';
import { isObject, type Json } from '../json.ts';
import { isReferenceList, type Attribute } from '../schema/attribute.ts';
import { hasPrimary, isPrimary } from '../value.ts';

/**
 * A list with two indexes, because a group of 20,000 members is patched with a thousand single removals.
 *
 * An element keeps its slot for life, and a removed one leaves its slot empty, so that indexes stay true. Elements are
 * replaced and never changed: those of the resource before the PATCH are in here too.
 */
export class ElementList {
  readonly attribute: Attribute;
  readonly #slots: (Json | undefined)[];
  /** Slots by `value`; may hold slots that have changed since, hence results are checked. */
  #byValue: Map<string, number[]> | undefined;
  #byIdentity: Map<string, number> | undefined;
  #size: number;

  constructor(attribute: Attribute, elements: readonly Json[]) {
    this.attribute = attribute;
    this.#slots = [...elements];
    this.#size = elements.length;
  }

  get size(): number {
    return this.#size;
  }

  at(slot: number): Json | undefined {
    return this.#slots[slot];
  }

  /** Slots of the elements that satisfy a filter; of all without one. */
  select(filter?: Filter): number[] {
    const key = filter === undefined ? undefined : this.#valueWanted(filter);
    const candidates = key === undefined ? this.#slots.keys() : (this.#valueIndex().get(key) ?? []);
    return [...candidates].filter((slot) => {
      const element = this.#slots[slot];
      return element !== undefined && (filter === undefined || matchesElement(filter, element));
    });
  }

  /** The slot of the element that stands for the same thing: the same member, the same address of the same type. */
  find(element: Json): number | undefined {
    const slot = this.#identityIndex().get(this.#identityOf(element));
    return slot !== undefined && this.#slots[slot] !== undefined ? slot : undefined;
  }

  /** Slots of what a client names in order to remove it: by `value`, and by `type` where that tells elements apart. */
  named(element: Json): readonly number[] {
    const value = this.#valueOf(element);
    const hasType = isObject(element) && element['type'] !== undefined && !isReferenceList(this.attribute);
    if (value !== undefined && !hasType) return this.#holding(value);
    const slot = this.find(element);
    return slot === undefined ? [] : [slot];
  }

  push(element: Json): number {
    const slot = this.#slots.push(element) - 1;
    this.#size++;
    this.#index(slot, element);
    return slot;
  }

  set(slot: number, element: Json): void {
    this.#forget(slot);
    this.#slots[slot] = element;
    this.#index(slot, element);
  }

  remove(slot: number): void {
    if (this.#slots[slot] === undefined) return;
    this.#forget(slot);
    this.#slots[slot] = undefined;
    this.#size--;
  }

  clear(): void {
    this.#slots.length = 0;
    this.#size = 0;
    this.#byValue = undefined;
    this.#byIdentity = undefined;
  }

  /** Of the elements in these slots, the last primary one stays the only one (RFC 7644 §3.5.2). */
  preferPrimary(slots: readonly number[]): void {
    const winner = slots.findLast((slot) => isPrimary(this.#slots[slot]));
    if (winner === undefined || !hasPrimary(this.attribute)) return;
    for (const [slot, element] of this.#slots.entries()) {
      if (slot !== winner && isPrimary(element)) this.#slots[slot] = { ...element, primary: false };
    }
  }

  toArray(): Json[] {
    return this.#slots.filter((element) => element !== undefined);
  }

  #valueIndex(): Map<string, number[]> {
    if (this.#byValue !== undefined) return this.#byValue;
    const index = (this.#byValue = new Map<string, number[]>());
    for (const [slot, element] of this.#slots.entries()) this.#indexValue(index, slot, element);
    return index;
  }

  #identityIndex(): Map<string, number> {
    if (this.#byIdentity !== undefined) return this.#byIdentity;
    const index = (this.#byIdentity = new Map<string, number>());
    for (const [slot, element] of this.#slots.entries()) {
      if (element !== undefined) index.set(this.#identityOf(element), slot);
    }
    return index;
  }

  #index(slot: number, element: Json): void {
    this.#byIdentity?.set(this.#identityOf(element), slot);
    if (this.#byValue !== undefined) this.#indexValue(this.#byValue, slot, element);
  }

  #indexValue(index: Map<string, number[]>, slot: number, element: Json | undefined): void {
    const key = this.#valueOf(element);
    if (key === undefined) return;
    const slots = index.get(key);
    if (slots === undefined) index.set(key, [slot]);
    else slots.push(slot);
  }

  #forget(slot: number): void {
    const element = this.#slots[slot];
    if (element === undefined || this.#byIdentity === undefined) return;
    const identity = this.#identityOf(element);
    if (this.#byIdentity.get(identity) === slot) this.#byIdentity.delete(identity);
  }

  /** Members are the same when their ids are; what has a type besides its value, only with the same type. */
  #identityOf(element: Json): string {
    const value = this.#valueOf(element);
    if (value === undefined) return `json ${sortedJson(element)}`;
    const type = isObject(element) && !isReferenceList(this.attribute) ? element['type'] : undefined;
    return JSON.stringify(typeof type === 'string' ? [value, foldCase(type)] : [value]);
  }

  #holding(value: string): number[] {
    const slots = this.#valueIndex().get(value) ?? [];
    return slots.filter((slot) => this.#valueOf(this.#slots[slot]) === value);
  }

  #valueOf(element: Json | undefined): string | undefined {
    const value = isObject(element) ? element['value'] : element;
    return typeof value === 'string' ? this.#fold(value) : undefined;
  }

  #fold(value: string): string {
    const { caseExact } = this.attribute.subAttribute('value') ?? this.attribute;
    return caseExact ? value : foldCase(value);
  }

  /** The `value` that whatever satisfies the filter must have, if the filter says so: `value eq "…"`, alone or in an `and`. */
  #valueWanted(filter: Filter): string | undefined {
    if (filter.kind === 'and') return filter.operands.map((operand) => this.#valueWanted(operand)).find(isDefined);
    if (filter.kind !== 'compare' || filter.operator !== 'eq') return undefined;
    const { attribute } = filter.path;
    const isText = attribute?.name === 'value' && attribute.type !== 'dateTime';
    return isText && typeof filter.value === 'string' ? this.#fold(filter.value) : undefined;
  }
}

function sortedJson(element: Json): string {
  return JSON.stringify(element, isObject(element) ? Object.keys(element).sort() : null);
}

function isDefined(value: string | undefined): value is string {
  return value !== undefined;
}
