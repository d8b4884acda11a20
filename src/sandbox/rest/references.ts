/** How a later subrequest uses what an earlier one answered (Composite: "@{referenceId.path}"). */
import { referenceUnresolved } from '../errors.ts';
import { isObject } from '../records/read-body.ts';

const REFERENCE = /@\{([A-Za-z0-9_]+)((?:\.[^.[\]{}]+|\[\d+\])*)\}/g;

/** The bodies of successful subrequests by referenceId. */
export type Answers = ReadonlyMap<string, unknown>;

function step(value: unknown, key: string): unknown {
  if (Array.isArray(value)) return value[Number(key)] as unknown;
  return isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

function lookUp(answers: Answers, referenceId: string, path: string): string {
  const keys = path.split(/[.[\]]+/).filter((key) => key !== '');
  const value = keys.reduce(step, answers.get(referenceId));
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw referenceUnresolved(`${referenceId}${path}`);
}

/** @throws SalesforceError PROCESSING_HALTED for a reference to something that is not there */
export const resolveText = (text: string, answers: Answers): string =>
  text.replace(REFERENCE, (_, referenceId: string, path: string) => lookUp(answers, referenceId, path));

/** The same for every text within a JSON value. */
export function resolveAll(value: unknown, answers: Answers): unknown {
  if (typeof value === 'string') return resolveText(value, answers);
  if (Array.isArray(value)) return value.map((item) => resolveAll(item, answers));
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, resolveAll(item, answers)]));
}
