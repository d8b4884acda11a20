/** How much the operations of one PATCH look at, and when that is too much for one request. */
import { tooMany } from '../errors.ts';
import type { Filter } from '../filter/filter.ts';
import type { Json } from '../json.ts';

/** A look is one comparison with a short text, some 100 ns: nobody else is answered for a fifth of a second. */
const MAX_LOOKS = 2_000_000;

/** Comparing folds both texts. */
const CHARACTERS_A_LOOK = 128;
/** A changed element is indexed, validated and stored anew. */
const CHARACTERS_WRITTEN_A_LOOK = 16;
/** `co` tries a needle at each place of a text. */
const NEEDLE_CHARACTERS_A_LOOK = 8;

/** What is left of the looks that one request has. */
export class Looks {
  #left = MAX_LOOKS;

  /** @throws ScimError tooMany */
  spend(looks: number): void {
    this.#left -= looks;
    if (this.#left >= 0) return;
    throw tooMany(
      `the operations look at more than ${MAX_LOOKS} elements and parts of long texts: ` +
        'send fewer operations in a request, choose elements as [value eq "…"] does, or replace the whole list',
    );
  }
}

/** Looks that it takes to test an element, for each condition. */
export const looksAt = (element: Json | undefined): number => 1 + Math.floor(charactersOf(element) / CHARACTERS_A_LOOK);

/** Looks that it takes to put an element in the place of another. */
export const looksToWrite = (element: Json): number =>
  1 + Math.floor(charactersOf(element) / CHARACTERS_WRITTEN_A_LOOK);

/** How often a filter looks at each element, at most. */
export function testsOf(filter: Filter): number {
  switch (filter.kind) {
    case 'and':
    case 'or':
      return filter.operands.reduce((tests, operand) => tests + testsOf(operand), 0);
    case 'not':
      return testsOf(filter.operand);
    case 'valuePath':
      return testsOf(filter.filter);
    case 'present':
      return 1;
    case 'compare':
      return 1 + Math.floor(charactersOf(filter.value) / charactersATest(filter.operator));
  }
}

const charactersATest = (operator: string): number =>
  operator === 'co' ? NEEDLE_CHARACTERS_A_LOOK : CHARACTERS_A_LOOK;

function charactersOf(value: Json | undefined): number {
  if (typeof value === 'string') return value.length;
  if (typeof value !== 'object' || value === null) return 0;
  let characters = 0;
  for (const member of Object.values(value)) characters += charactersOf(member);
  return characters;
}
