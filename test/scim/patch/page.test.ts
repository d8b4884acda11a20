/** The examples of docs/patch.md do what the page says. */
import { readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import type { Json, JsonObject } from '../../../src/scim/json.ts';
import { applyPatch } from '../../../src/scim/patch/apply.ts';
import { parsePatchOp } from '../../../src/scim/patch/parse.ts';
import { userType } from '../support/registries.ts';

const page = readFileSync(new URL('../../../docs/patch.md', import.meta.url), 'utf8');
const [user, ...blocks] = [...page.matchAll(/```json\n(.*?)```/gs)].map(([, text]) => JSON.parse(text ?? '') as Json);
const examples = blocks
  .filter((_, at) => at % 2 === 0)
  .map((operations, at) => [operations, blocks[2 * at + 1]] as const);

it.each(examples)('%j gives %j', (operations, expected) => {
  const after = applyPatch(userType, user as JsonObject, parsePatchOp({ Operations: operations }));
  userType.validate(after);
  for (const [name, value] of Object.entries(expected as JsonObject)) expect(after[name] ?? null).toEqual(value);
});

it('has an example for each verb', () => {
  const verbs = examples.flatMap(([operations]) => (operations as JsonObject[]).map(({ op }) => op));
  expect(new Set(verbs)).toEqual(new Set(['add', 'replace', 'remove']));
});
