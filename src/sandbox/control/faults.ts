/** Which calls go wrong on purpose, how, and how often. */
import { isObject } from '../records/read-body.ts';

export interface FaultAction {
  readonly status?: number;
  readonly errorCode?: string;
  /** Text verbatim, or JSON. */
  readonly body?: unknown;
  /** Of the answer, besides the usual ones. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly delayMs?: number;
  /** Cuts the connection before the call is processed, or after it was committed. */
  readonly reset?: 'before' | 'after';
}

export interface Fault {
  readonly match: { readonly method?: string; readonly path?: string; readonly body?: string };
  /** Calls that it still hits. */
  times: number;
  readonly action: FaultAction;
}

type Check = (value: unknown) => boolean;

const isText: Check = (value) => typeof value === 'string' && value !== '';

const isWhole =
  (min: number, max: number): Check =>
  (value) =>
    Number.isInteger(value) && Number(value) >= min && Number(value) <= max;

function isPattern(value: unknown): boolean {
  try {
    return typeof value === 'string' && new RegExp(value) instanceof RegExp;
  } catch {
    return false;
  }
}

/** What each key takes, and how to say so. */
const MATCH_KEYS: Readonly<Record<string, [Check, string]>> = {
  method: [isText, 'an HTTP method'],
  path: [isPattern, 'a regular expression'],
  body: [isText, 'a text'],
};

const ACTION_KEYS: Readonly<Record<string, [Check, string]>> = {
  status: [isWhole(200, 599), 'a status from 200 to 599'],
  errorCode: [isText, 'a text'],
  body: [() => true, 'anything'],
  headers: [(value) => isObject(value) && Object.values(value).every(isText), 'an object of texts'],
  delayMs: [isWhole(0, 600_000), 'milliseconds from 0 to 600000'],
  reset: [(value) => value === 'before' || value === 'after', '"before" or "after"'],
};

function findProblems(value: unknown, keys: Readonly<Record<string, [Check, string]>>, name: string): string[] {
  if (!isObject(value)) return [`${name} must be an object`];
  return Object.entries(value).flatMap(([key, item]) => {
    const [accepts, expected] = keys[key] ?? [];
    if (!accepts) return [`${name}.${key} is unknown`];
    return accepts(item) ? [] : [`${name}.${key} must be ${String(expected)}`];
  });
}

function findContradiction(action: unknown): string[] {
  if (!isObject(action)) return [];
  const answers = ['status', 'errorCode', 'body'].some((key) => key in action);
  if ('headers' in action && !answers) return ['action: headers without an answer'];
  if (answers && 'reset' in action) return ['action: a reset leaves nothing to answer'];
  return answers || 'reset' in action || 'delayMs' in action ? [] : ['action: nothing to do'];
}

function readFault(value: unknown, at: number): Fault {
  const { match = {}, times, action, ...rest } = isObject(value) ? value : {};
  const problems = [
    ...(isObject(value) ? [] : ['must be an object']),
    ...Object.keys(rest).map((key) => `${key} is unknown`),
    ...findProblems(match, MATCH_KEYS, 'match'),
    ...(isWhole(1, Number.MAX_SAFE_INTEGER)(times) ? [] : ['times must be a whole number from 1']),
    ...findProblems(action, ACTION_KEYS, 'action'),
    ...findContradiction(action),
  ];
  if (problems.length > 0) throw new TypeError(`fault ${at}: ${problems.join('; ')}`);
  // Safe: every key was checked.
  return { match, times, action } as Fault;
}

/** @throws TypeError naming each bad fault by its place, from 0 */
export function readFaults(value: unknown): Fault[] {
  if (!Array.isArray(value)) throw new TypeError('the faults must be a JSON array');
  return value.map(readFault);
}

interface Call {
  readonly method: string;
  readonly path: string;
  readonly body: Buffer | null;
}

const hits = ({ match }: Fault, { method, path, body }: Call): boolean =>
  (match.method === undefined || match.method.toUpperCase() === method) &&
  (match.path === undefined || new RegExp(match.path).test(path)) &&
  (match.body === undefined || body?.includes(match.body) === true);

/** The first fault that a call runs into; one more of its times is used up. */
export function takeFault(faults: readonly Fault[], call: Call): FaultAction | null {
  const fault = faults.find((each) => each.times > 0 && hits(each, call));
  if (!fault) return null;
  fault.times -= 1;
  return fault.action;
}
