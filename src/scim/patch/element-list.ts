/** The elements of one multi-valued attribute while it is patched: found by value in no time, by anything else for looks. */
import { foldCase } from '../comparable.ts';
import { matchesElement } from '../filter/evaluate.ts';
import type { Filter } from '../filter/filter.ts';
import { isObject, type Json } from '../json.ts';
import { isReferenceList, type Attribute } from '../schema/attribute.ts';
import { hasPrimary, isPrimary } from '../value.ts';
import { looksAt, looksToWrite, testsOf, type Looks } from './looks.ts';

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
  readonly #looks: Looks;
  /** Looks that it takes to test all slots once. */
  #weight: number | undefined;

  constructor(attribute: Attribute, elements: readonly Json[], looks: Looks) {
    this.attribute = attribute;
    this.#looks = looks;
    this.#slots = [...elements];
    this.#size = elements.length;
  }

  get size(): number {
    return this.#size;
  }

  at(slot: number): Json | undefined {
    return this.#slots[slot];
  }

  /**
   * Slots of the elements that satisfy a filter; of all without one.
   *
   * @throws ScimError tooMany
   */
  select(filter?: Filter): number[] {
    if (filter === undefined) return this.#all();
    const values = this.#valuesMeant(filter);
    if (values !== undefined) return this.#holdingAny(values);
    const key = this.#valueWanted(filter);
    const candidates = key === undefined ? undefined : this.#candidates(key);
    const weight = candidates === undefined ? this.#weightOfAll() : this.#weightOf(candidates);
    this.#looks.spend(weight * testsOf(filter));
    return [...(candidates ?? this.#slots.keys())].filter((slot) => {
      const element = this.#slots[slot];
      return element !== undefined && matchesElement(filter, element);
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
    this.#weigh(looksAt(element));
    this.#index(slot, element);
    return slot;
  }

  /** @throws ScimError tooMany */
  set(slot: number, element: Json): void {
    this.#looks.spend(looksToWrite(element));
    this.#weigh(looksAt(element) - looksAt(this.#slots[slot]));
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
    this.#weight = undefined;
    this.#byValue = undefined;
    this.#byIdentity = undefined;
  }

  /** Of the elements in these slots, the last primary one stays the only one (RFC 7644 §3.5.2). */
  preferPrimary(slots: readonly number[]): void {
    const winner = slots.findLast((slot) => isPrimary(this.#slots[slot]));
    if (winner === undefined || !hasPrimary(this.attribute)) return;
    this.#looks.spend(this.#slots.length);
    for (const [slot, element] of this.#slots.entries()) {
      if (slot !== winner && isPrimary(element)) this.#slots[slot] = { ...element, primary: false };
    }
  }

  toArray(): Json[] {
    return this.#slots.filter((element) => element !== undefined);
  }

  #all(): number[] {
    this.#looks.spend(this.#slots.length);
    return [...this.#slots.keys()].filter((slot) => this.#slots[slot] !== undefined);
  }

  #candidates(value: string): readonly number[] {
    return this.#valueIndex().get(value) ?? [];
  }

  /** A slot that was emptied is looked at still, and counts as much as it did. */
  #weightOfAll(): number {
    return (this.#weight ??= this.#weightOf([...this.#slots.keys()]));
  }

  #weightOf(slots: readonly number[]): number {
    return slots.reduce((weight, slot) => weight + looksAt(this.#slots[slot]), 0);
  }

  #weigh(change: number): void {
    if (this.#weight !== undefined) this.#weight += change;
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

  #holdingAny(values: readonly string[]): number[] {
    const slots = new Set(values.flatMap((value) => this.#holding(value)));
    return [...slots].sort((a, b) => a - b);
  }

  #holding(value: string): number[] {
    const slots = this.#candidates(value);
    this.#looks.spend(slots.length);
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

  /** All values of which whatever has one satisfies the filter, and nothing else does: `value eq "…"`, alone or in an `or`. */
  #valuesMeant(filter: Filter): readonly string[] | undefined {
    if (filter.kind !== 'or') {
      const value = this.#valueAsked(filter);
      return value === undefined ? undefined : [value];
    }
    const meant = filter.operands.map((operand) => this.#valuesMeant(operand));
    return meant.every((values) => values !== undefined) ? meant.flat() : undefined;
  }

  /** The `value` that whatever satisfies the filter must have, if the filter says so: `value eq "…"`, alone or in an `and`. */
  #valueWanted(filter: Filter): string | undefined {
    if (filter.kind === 'and') return filter.operands.map((operand) => this.#valueWanted(operand)).find(isDefined);
    return this.#valueAsked(filter);
  }

  #valueAsked(filter: Filter): string | undefined {
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
