/** How a JSONata expression of a mapping is compiled and evaluated (docs/decisions/0004-expression-language.md). */
import jsonata from 'jsonata';
import { isObject, kindOf, type JsonObject } from '../../scim/json.ts';
import type { LeadValue } from '../lead-target.ts';
import { quickForBlankUsers, type Expression } from './blank-user.ts';
import { ExpressionError } from './error.ts';
import { compileLinear, LinearRegExp } from './linear-regexp.ts';

/** An expression that runs into one of these is broken; those people write stay far below. */
const LIMITS = { timeout: 1000, stack: 300, sequence: 10_000 };
/** It makes one of a pattern and calls its `exec`, and asks for no more of RegExp. */
const OPTIONS = { ...LIMITS, RegexEngine: LinearRegExp as unknown as RegExpConstructor };

/** UTF-16 units of a text on the way; a Lead field holds 131,072 at most. Twice as long again and again, one ends the process. */
const MAX_TEXT = 1_000_000;
/** JSONata calls what it finds under this name with the result of each step. */
const AFTER_EACH_STEP = Symbol.for('jsonata.__evaluate_exit') as unknown as string;

/** With these a user who did not change would be written again and again, or code would hide in data. */
const BANNED = new Set(['now', 'millis', 'random', 'shuffle', 'eval']);

/** @throws ExpressionError with the position of the mistake */
export function compileExpression(text: string): Expression {
  const compiled = parse(text);
  const nodes = nodesOf(compiled.ast());
  for (const { value } of nodes) if (value instanceof RegExp) compileLinear(value);
  const names = nodes.flatMap(({ type, value }) => (type === 'variable' ? [value as string] : []));
  const banned = names.find((name) => BANNED.has(name));
  if (banned !== undefined) throw new ExpressionError(`$${banned} is not available: equal users must give equal Leads`);
  return quickForBlankUsers(async (user) => checkResult(await evaluate(compiled, user)));
}

function parse(text: string): jsonata.Expression {
  try {
    const compiled = jsonata(text, OPTIONS);
    compiled.assign(AFTER_EACH_STEP, refuseLongText);
    return compiled;
  } catch (error) {
    const { message, position } = readError(error);
    const where = position === undefined ? '' : ` at character ${position}`;
    throw new ExpressionError(`is no JSONata${where}: ${message}`, { cause: error });
  }
}

function refuseLongText(_expression: unknown, _input: unknown, _environment: unknown, result: unknown): void {
  if (typeof result === 'string' && result.length > MAX_TEXT) throw new ExpressionError('a text became too long');
}

/** Every part of the expression, wherever it stands. */
function nodesOf(part: unknown): readonly JsonObject[] {
  if (Array.isArray(part)) return part.flatMap(nodesOf);
  if (!isObject(part)) return [];
  return [part, ...Object.values(part).flatMap(nodesOf)];
}

async function evaluate(compiled: jsonata.Expression, user: JsonObject): Promise<unknown> {
  try {
    return (await compiled.evaluate(user)) as unknown;
  } catch (error) {
    if (error instanceof ExpressionError) throw error;
    throw new ExpressionError(explainFailure(readError(error)), { cause: error });
  }
}

interface JsonataFailure {
  readonly code: string;
  readonly message: string;
  readonly position: number | undefined;
  readonly token: string | undefined;
}

/** JSONata throws plain objects, and JavaScript's own SyntaxError for a bad regular expression. */
function readError(error: unknown): JsonataFailure {
  const { code, message, position, token } = error as Partial<Record<keyof JsonataFailure, unknown>>;
  return {
    code: typeof code === 'string' ? code : 'error',
    message: typeof message === 'string' ? message : String(code),
    position: typeof position === 'number' ? position : undefined,
    token: typeof token === 'string' ? token : undefined,
  };
}

/** What the author of the mapping said with `$error` or `$assert`. */
const AUTHORS_OWN = new Set(['D3137', 'D3141']);

const REASONS: Readonly<Record<string, string>> = {
  T0410: 'an argument has the wrong type',
  T0411: 'a context value has the wrong type',
  T0412: 'an argument must be an array of one type',
  T1006: 'is no function',
  T2001: 'the left side must be a number',
  T2002: 'the right side must be a number',
  D3030: 'a value is no number',
  D1011: 'the recursion is too deep',
  D1012: 'it ran longer than a second',
  D2015: 'a list became too long',
};

/** JSONata's own messages quote values, which may be personal data; only the code and the place are told. */
function explainFailure({ code, message, position, token }: JsonataFailure): string {
  if (AUTHORS_OWN.has(code)) return message;
  const where = position === undefined ? '' : ` at character ${position}`;
  const what = token === undefined ? '' : ` (${token})`;
  return `failed${where}${what}: ${REASONS[code] ?? 'see the JSONata error code'} [${code}]`;
}

function checkResult(result: unknown): LeadValue | undefined {
  if (result === undefined || result === null) return undefined;
  if (typeof result === 'string' || typeof result === 'boolean') return result;
  if (typeof result === 'number' && Number.isFinite(result)) return result;
  throw new ExpressionError(`gave ${kindOfResult(result)}; make it give one string, number, boolean or nothing`);
}

function kindOfResult(result: unknown): string {
  if (typeof result === 'number') return 'a number without end';
  const isFunction = typeof result === 'function' || (isObject(result) && '_jsonata_function' in result);
  return isFunction ? 'a function' : kindOf(result);
}
