/** Whether a mapping makes of the users in its `tests` what they say. */
import type { JsonObject } from '../../scim/json.ts';
import type { LeadFields, LeadValue } from '../lead-target.ts';
import { formatPath, MappingError } from './error.ts';
import type { MappingFile, MappingTest } from './file.ts';
import type { Mapping } from './mapping.ts';

/** @returns what fails: the test, the field, what was expected and what came; empty when all is well */
export async function runTests(
  mapping: Mapping,
  { tests = [] }: Pick<MappingFile, 'tests'>,
): Promise<readonly string[]> {
  const faults: string[] = [];
  for (const [index, test] of tests.entries()) {
    const place = `${formatPath(['tests', index])} "${test.name}"`;
    faults.push(...(await runTest(mapping, test)).map((fault) => `${place}: ${fault}`));
  }
  return faults;
}

async function runTest(mapping: Mapping, { user, lead }: MappingTest): Promise<readonly string[]> {
  const away = whyNone(mapping, user);
  if (lead === null) return away === undefined ? ['expected no Lead, got one'] : [];
  if (away !== undefined) return [`expected a Lead, got none: the user is ${away}`];
  try {
    return compare(lead, await mapping.map(user));
  } catch (error) {
    if (!(error instanceof MappingError)) throw error;
    return error.faults;
  }
}

function whyNone(mapping: Mapping, user: JsonObject): string | undefined {
  if (!mapping.isInScope(user)) return 'out of scope';
  return user['active'] === false ? 'inactive' : undefined;
}

function compare(expected: LeadFields, mapped: LeadFields): readonly string[] {
  return Object.entries(expected).flatMap(([name, value]) => {
    const got = mapped[name] ?? null;
    return got === value ? [] : [`${name}: expected ${show(value)}, got ${show(got)}`];
  });
}

const show = (value: LeadValue): string => (value === null ? 'no value' : JSON.stringify(value));
