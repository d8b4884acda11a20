/** Operations on a multi-valued attribute, on some of its elements, and on their sub-attributes (RFC 7644 §3.5.2.1–§3.5.2.3). */
import { noTarget } from '../errors.ts';
import { matchesElement } from '../filter/evaluate.ts';
import type { Filter } from '../filter/filter.ts';
import { isObject, isUnassigned, type Json, type JsonObject } from '../json.ts';
import type { Profile } from '../profiles/profile.ts';
import { isReferenceList, type Attribute } from '../schema/attribute.ts';
import { assign, removeAttribute } from './assign.ts';
import type { ElementList } from './element-list.ts';
import type { Target } from './target.ts';
import { chosenValue, elementValues, isClearing, simpleValue } from './value.ts';

/** The attribute as a whole: `emails`. */
export function listTarget(list: ElementList): Target {
  return {
    add: (value) => addAll(list, elementValues(list.attribute, value)),
    replace: (value) => {
      const elements = isClearing(value) ? [] : elementValues(list.attribute, value);
      list.clear();
      addAll(list, elements);
    },
    remove: (value) => removeNamed(list, value),
  };
}

type MakesElements = Profile['makesElements'];

/** The elements that a filter chooses: `emails[type eq "work"]`. */
export function elementsTarget(list: ElementList, filter: Filter, makes: MakesElements): Target {
  return {
    add: (value) => addToChosen(list, filter, value),
    replace: (value) => replaceChosen(list, filter, value, makes === 'always'),
    remove: () => removeSlots(list, list.select(filter)),
  };
}

/** One sub-attribute of the elements that a filter chooses, or of all: `emails[type eq "work"].value`, `emails.type`. */
export function subAttributeTarget(
  list: ElementList,
  filter: Filter | undefined,
  subAttribute: Attribute,
  makes: MakesElements,
): Target {
  const add = (value: Json) => writeInChosen(list, filter, subAttribute, value, makes !== 'never');
  const replace = (value: Json) =>
    writeInChosen(list, filter, subAttribute, value, makes !== 'never' && isMakeable(list.attribute));
  const remove = () => changeSlots(list, list.select(filter), (element) => removeAttribute(element, subAttribute));
  return { add, replace, remove };
}

/** A replace that names somebody who is no member has no target (RFC 7644 §3.5.2.3): it must not make one. */
const isMakeable = (attribute: Attribute): boolean => !isReferenceList(attribute);

function addAll(list: ElementList, elements: readonly Json[]): void {
  list.preferPrimary(elements.map((element) => addElement(list, element)));
}

/** An element that is there already takes the sub-attributes it lacks, and the new values it may take. */
function addElement(list: ElementList, element: Json): number {
  const slot = list.find(element);
  if (slot === undefined) return list.push(element);
  list.set(slot, merge(list.attribute, list.at(slot), element));
  return slot;
}

/**
 * Removes the elements that `value` names, all of them when there is no value.
 *
 * Entra ID and OneLogin name members this way. An empty list names nobody: it must never empty a group.
 */
function removeNamed(list: ElementList, value: Json | undefined): void {
  if (value === undefined || value === null) {
    list.clear();
    return;
  }
  for (const named of elementValues(list.attribute, value)) removeSlots(list, list.named(named));
}

/** Merges a value into the chosen elements; where there are none, makes one that the filter would choose. */
function addToChosen(list: ElementList, filter: Filter, value: Json): void {
  const element = chosenValue(list.attribute, value);
  if (element === undefined) return;
  const slots = list.select(filter);
  if (slots.length === 0) create(list, filter, element);
  for (const slot of slots) list.set(slot, merge(list.attribute, list.at(slot), element));
  list.preferPrimary(slots);
}

/** No match is noTarget, save where the attribute does not exist, which makes it an add (RFC 7644 §3.5.2.3). */
function replaceChosen(list: ElementList, filter: Filter, value: Json, makes: boolean): void {
  const slots = list.select(filter);
  const isMissing = slots.length === 0 && !isClearing(value);
  if (isMissing && !isMakeable(list.attribute)) throw noMatch(list.attribute);
  if (isMissing && list.size > 0 && !makes) throw noMatch(list.attribute);
  const element = chosenValue(list.attribute, value);
  if (element === undefined) removeSlots(list, slots);
  else if (isMissing) create(list, filter, element);
  else replaceSlots(list, slots, element, demandedBy(filter));
}

/** What the filter demands stays: `{"value":"new"}` in place of the work address is the new work address. */
function replaceSlots(list: ElementList, slots: readonly number[], element: Json, demanded: JsonObject = {}): void {
  for (const slot of slots) list.set(slot, isObject(element) ? { ...demanded, ...element } : element);
  list.preferPrimary(slots);
}

/** Entra ID sets sub-attributes of elements that are not there, and expects them to be made. */
function writeInChosen(
  list: ElementList,
  filter: Filter | undefined,
  subAttribute: Attribute,
  value: Json,
  makes: boolean,
): void {
  const slots = list.select(filter);
  const assigned = simpleValue(subAttribute, value);
  const isMissing = slots.length === 0 && assigned !== undefined;
  if (isMissing && !makes && (list.size > 0 || !isMakeable(list.attribute))) throw noMatch(list.attribute);
  if (slots.length > 0) changeSlots(list, slots, (element) => assign(element, subAttribute, assigned));
  else if (assigned !== undefined) create(list, filter, { [subAttribute.name]: assigned });
}

function create(list: ElementList, filter: Filter | undefined, element: Json): void {
  const demanded = filter === undefined ? {} : demandedBy(filter);
  if (demanded === undefined) throw noMatch(list.attribute);
  addAll(list, [isObject(element) ? { ...demanded, ...element } : element]);
}

/** What an element must hold for the filter to choose it; undefined unless the filter is made of `eq` and `and`. */
function demandedBy(filter: Filter): JsonObject | undefined {
  const element: JsonObject = {};
  for (const condition of filter.kind === 'and' ? filter.operands : [filter]) {
    if (condition.kind !== 'compare' || condition.operator !== 'eq' || condition.value === null) return undefined;
    const { attribute } = condition.path;
    if (attribute !== undefined) element[attribute.name] = condition.value;
  }
  return matchesElement(filter, element) ? element : undefined;
}

/** An immutable sub-attribute keeps its value: adding a member again under another display changes nothing. */
function merge(attribute: Attribute, before: Json | undefined, element: Json): Json {
  if (!isObject(before) || !isObject(element)) return element;
  const merged = { ...before, ...element };
  for (const { name, mutability } of attribute.subAttributes) {
    const kept = before[name];
    if (mutability === 'immutable' && kept !== undefined) merged[name] = kept;
  }
  return merged;
}

/** An element that has lost its last sub-attribute is gone. */
function changeSlots(list: ElementList, slots: readonly number[], change: (element: JsonObject) => void): void {
  for (const slot of slots) {
    const before = list.at(slot);
    const element = isObject(before) ? { ...before } : {};
    change(element);
    if (isUnassigned(element)) list.remove(slot);
    else list.set(slot, element);
  }
  list.preferPrimary(slots);
}

function removeSlots(list: ElementList, slots: readonly number[]): void {
  for (const slot of slots) list.remove(slot);
}

function noMatch(attribute: Attribute) {
  return noTarget(`no element of ${attribute.path} matches the filter of the path`);
}
