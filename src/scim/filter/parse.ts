/** What a filter says: text to a tree of conditions resolved against a resource type (RFC 7644 §3.4.2.2). */
import { invalidFilter, ScimError } from '../errors.ts';
import type { Profile } from '../profiles/profile.ts';
import { elementOf, type Attribute } from '../schema/attribute.ts';
import type { AttributePath, ResourceType } from '../schema/resource-type.ts';
import { readBoolean } from '../value.ts';
import { compare, OPERATORS, present, refuseSecret } from './condition.ts';
import type { CompareOperator, CompareValue, Filter, LogicalFilter } from './filter.ts';
import { tokenise, type Token } from './tokens.ts';

/** Deeper than people or programs nest, shallow enough for recursion here and in whatever walks the tree. */
export const MAX_FILTER_DEPTH = 50;

/** Little enough to be read within some ten milliseconds. */
export const MAX_CONDITIONS = 10_000;

export interface FilterOptions {
  /** Also reads what WSO2 IS sends, `userName Eq robin hood`: all that follows `Eq ` is the value. Absent: refused. */
  readonly unquoted?: Profile['unquotedFilters'];
}

/**
 * Parses a filter. An attribute that the schemas do not have is no fault: it has no value anywhere (RFC 7644 §3.4.2.1).
 *
 * @throws ScimError invalidFilter with the position
 */
export function parseFilter(resourceType: ResourceType, text: string, options: FilterOptions = {}): Filter {
  const scope: Scope = { resolve: (name) => resourceType.resolve(name) };
  const literal = options.unquoted === 'literally' ? parseUnquoted(scope, LITERALLY, text) : undefined;
  if (literal !== undefined) return literal;
  try {
    return parse(scope, text);
  } catch (error) {
    const isRead = options.unquoted !== undefined && options.unquoted !== 'refuse' && error instanceof ScimError;
    const fallback = isRead ? parseUnquoted(scope, UNQUOTED, text) : undefined;
    if (fallback === undefined) throw error;
    return fallback;
  }
}

/**
 * Parses the filter between the brackets of a PATCH path, whose attributes are those of one element of `attribute`.
 *
 * An unknown name is a fault here, since `members[vlaue ne "x"]` in a remove would empty the group.
 *
 * @throws ScimError invalidFilter
 */
export function parseElementFilter(attribute: Attribute, text: string, { quotedBooleans }: PathOptions = {}): Filter {
  return parse({ ...elementScope(attribute), inPatch: true, refusesQuotedBooleans: quotedBooleans === 'refuse' }, text);
}

export interface PathOptions {
  /** `roles[primary eq "True"]` of Entra ID; absent: read. */
  readonly quotedBooleans?: 'refuse';
}

/** Where names are looked up. */
interface Scope {
  resolve(name: string): AttributePath | undefined;
  /** Within the brackets of a value path. */
  readonly inElement?: boolean;
  /** Of a PATCH path. */
  readonly inPatch?: boolean;
  readonly refusesQuotedBooleans?: boolean;
}

interface Cursor {
  readonly tokens: readonly Token[];
  next: number;
  depth: number;
  conditions: number;
}

function parse(scope: Scope, text: string): Filter {
  const cursor: Cursor = { tokens: tokenise(text), next: 0, depth: 0, conditions: 0 };
  const filter = parseOr(cursor, scope);
  if (peek(cursor) !== undefined) throw unexpected(cursor, 'and, or, or the end');
  return filter;
}

function parseOr(cursor: Cursor, scope: Scope): Filter {
  return parseOperands(cursor, 'or', () => parseOperands(cursor, 'and', () => parseTerm(cursor, scope)));
}

function parseOperands(cursor: Cursor, kind: LogicalFilter['kind'], parseOperand: () => Filter): Filter {
  const first = parseOperand();
  if (!nextIsWord(cursor, kind)) return first;
  const operands = [first];
  while (nextIsWord(cursor, kind)) {
    cursor.next++;
    operands.push(parseOperand());
  }
  return { kind, operands };
}

function parseTerm(cursor: Cursor, scope: Scope): Filter {
  if (nextIsBracket(cursor, '(')) return parseGroup(cursor, scope, '(', ')');
  if (nextIsWord(cursor, 'not') && nextIsBracket(cursor, '(', 1)) {
    cursor.next++;
    return { kind: 'not', operand: parseGroup(cursor, scope, '(', ')') };
  }
  return parseCondition(cursor, scope);
}

function parseGroup(cursor: Cursor, scope: Scope, open: string, close: string): Filter {
  if (++cursor.depth > MAX_FILTER_DEPTH) throw invalidFilter(`the filter is nested deeper than ${MAX_FILTER_DEPTH}`);
  takeBracket(cursor, open);
  const filter = parseOr(cursor, scope);
  takeBracket(cursor, close);
  cursor.depth--;
  return filter;
}

function parseCondition(cursor: Cursor, scope: Scope): Filter {
  if (++cursor.conditions > MAX_CONDITIONS)
    throw invalidFilter(`the filter has more than ${MAX_CONDITIONS} conditions`);
  const name = takeWord(cursor, 'an attribute name');
  const path = resolveName(scope, name);
  if (nextIsBracket(cursor, '[')) return parseValuePath(cursor, scope, path, name);
  return parseOperator(cursor, scope, path);
}

/** `emails[type eq "work"].value eq "x"` asks one element for both, so that it becomes one value path. */
function parseValuePath(cursor: Cursor, scope: Scope, path: AttributePath, name: Token): Filter {
  if (scope.inElement === true) throw invalidFilter(`a value path is within another at character ${name.position}`);
  const inner = valueScope(path, name);
  const filter = parseGroup(cursor, inner, '[', ']');
  const suffix = peek(cursor);
  if (suffix?.kind !== 'word' || !suffix.text.startsWith('.')) return { kind: 'valuePath', path, filter };
  cursor.next++;
  const subAttribute = resolveName(inner, { ...suffix, text: suffix.text.slice(1) });
  const condition = parseOperator(cursor, inner, subAttribute);
  const operands = filter.kind === 'and' ? [...filter.operands, condition] : [filter, condition];
  return { kind: 'valuePath', path, filter: { kind: 'and', operands } };
}

function parseOperator(cursor: Cursor, scope: Scope, path: AttributePath): Filter {
  const { text, position } = takeWord(cursor, 'an operator');
  const operator = text.toLowerCase();
  if (operator === 'pr') return at(position, () => present(path));
  if (!OPERATORS.has(operator)) throw invalidFilter(`${text} at character ${position} is no operator`);
  const value = parseValue(cursor, scope, path);
  return at(position, () => compare(path, operator as CompareOperator, value));
}

/** The grammar's literals have any case (RFC 5234 §2.3), and Entra ID does send `True`. */
const LITERALS: ReadonlyMap<string, CompareValue> = new Map<string, CompareValue>([
  ['true', true],
  ['false', false],
  ['null', null],
]);

const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

function parseValue(cursor: Cursor, scope: Scope, path: AttributePath): CompareValue {
  const token = peek(cursor);
  if (token === undefined || token.kind === 'bracket') throw unexpected(cursor, 'a value');
  cursor.next++;
  if (token.kind === 'string') return parseString(token, scope, path);
  const literal = LITERALS.get(token.text.toLowerCase());
  if (literal !== undefined) return literal;
  const number = NUMBER.test(token.text) ? Number(token.text) : NaN;
  if (Number.isFinite(number)) return number;
  throw invalidFilter(
    `the value at character ${token.position} must be a string in double quotes, a number, true, false or null`,
  );
}

/** In the paths of PATCH, Entra ID quotes booleans: `roles[primary eq "True"].value`. */
function parseString({ text, position }: Token, scope: Scope, { attribute }: AttributePath): CompareValue {
  const value = parseJsonString(text, position);
  const isRead = scope.inPatch === true && scope.refusesQuotedBooleans !== true;
  const isQuotedBoolean = isRead && attribute?.type === 'boolean';
  return isQuotedBoolean ? (readBoolean(value) as CompareValue) : value;
}

function parseJsonString(text: string, position: number): string {
  try {
    return JSON.parse(text) as string;
  } catch (cause) {
    throw invalidFilter(`the string at character ${position} has an escape or character that JSON does not allow`, {
      cause,
    });
  }
}

/** attrPath of figure 1; the `$` is for `$ref`. */
const ATTRIBUTE_PATH = /^(?:urn:[^\s"()[\]]+:)?[a-z$][\w$-]*(?:\.[a-z$][\w$-]*)?$/i;

function resolveName(scope: Scope, { text, position }: Token): AttributePath {
  const path = scope.resolve(text);
  if (path !== undefined) return path;
  if (!ATTRIBUTE_PATH.test(text)) throw invalidFilter(`expected an attribute name at character ${position}`);
  if (scope.inPatch === true) throw invalidFilter(`${text} at character ${position} is no attribute here`);
  return { unknown: text };
}

function valueScope(path: AttributePath, name: Token): Scope {
  const { unknown, attribute, subAttribute } = path;
  if (unknown !== undefined) return { resolve: () => undefined, inElement: true };
  refuseSecret(path);
  const hasElements = attribute !== undefined && (attribute.multiValued || attribute.type === 'complex');
  if (hasElements && subAttribute === undefined) return elementScope(attribute);
  throw invalidFilter(`${name.text} at character ${name.position} has no elements to choose from`);
}

function elementScope(attribute: Attribute): Scope {
  const resolve = (name: string): AttributePath | undefined => {
    const subAttribute = attribute.type === 'complex' ? attribute.subAttribute(name) : valueOnly(attribute, name);
    return subAttribute === undefined ? undefined : { attribute: subAttribute };
  };
  return { resolve, inElement: true };
}

function valueOnly(attribute: Attribute, name: string): Attribute | undefined {
  return name.toLowerCase() === 'value' ? elementOf(attribute) : undefined;
}

/** What is in quotes of any kind was meant for the grammar, whose fault is the better answer; a name may begin with an apostrophe. */
const UNQUOTED = /^\s*([^\s[\]()"]+)\s+eq\s+(?!'.*'\s*$)([^\s"].*)$/is;
/** As WSO2 IS writes the operator, and hardly anybody else. */
const LITERALLY = /^([^\s[\]()"]+) Eq (.+)$/s;

function parseUnquoted(scope: Scope, form: RegExp, text: string): Filter | undefined {
  const [, name, value] = form.exec(text) ?? [];
  const path = name === undefined ? undefined : scope.resolve(name);
  const named = path?.subAttribute ?? path?.attribute;
  const leaf = named?.type === 'complex' ? named.subAttribute('value') : named;
  if (path === undefined || value === undefined || leaf?.type !== 'string') return undefined;
  return compare(path, 'eq', value);
}

function peek(cursor: Cursor, ahead = 0): Token | undefined {
  return cursor.tokens[cursor.next + ahead];
}

function nextIsWord(cursor: Cursor, word: string): boolean {
  const token = peek(cursor);
  return token?.kind === 'word' && token.text.toLowerCase() === word;
}

function nextIsBracket(cursor: Cursor, bracket: string, ahead = 0): boolean {
  const token = peek(cursor, ahead);
  return token?.kind === 'bracket' && token.text === bracket;
}

function takeBracket(cursor: Cursor, bracket: string): void {
  if (!nextIsBracket(cursor, bracket)) throw unexpected(cursor, bracket);
  cursor.next++;
}

function takeWord(cursor: Cursor, what: string): Token {
  const token = peek(cursor);
  if (token?.kind !== 'word') throw unexpected(cursor, what);
  cursor.next++;
  return token;
}

function unexpected(cursor: Cursor, expected: string): ScimError {
  const token = peek(cursor);
  const where = token === undefined ? 'at the end' : `at character ${token.position}`;
  return invalidFilter(`expected ${expected} ${where} of the filter`);
}

function at(position: number, build: () => Filter): Filter {
  try {
    return build();
  } catch (error) {
    throw error instanceof ScimError ? error.at(`character ${position}`) : error;
  }
}
