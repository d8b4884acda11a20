/** How the parser's flat WHERE list becomes a tree of conditions (SOQL: "Logical Operators"). */
import type { ConditionWithValueQuery, WhereClause } from '@jetstreamapp/soql-parser-js';
import { malformedQuery } from '../errors.ts';

type Comparison = Exclude<ConditionWithValueQuery, { openParen: number; field?: never }>;

export type Condition =
  | { readonly kind: 'and' | 'or'; readonly parts: readonly Condition[] }
  | { readonly kind: 'not'; readonly part: Condition }
  | { readonly kind: 'compare'; readonly comparison: Comparison };

type Token = '(' | ')' | 'AND' | 'OR' | 'NOT' | Comparison;

const repeat = (token: '(' | ')', times = 0): Token[] => Array.from({ length: times }, () => token);

const isComparison = (left: ConditionWithValueQuery): left is Comparison => 'operator' in left;

function tokensOf(left: ConditionWithValueQuery | null): Token[] {
  if (left === null) return [];
  if (!isComparison(left)) return repeat('(', left.openParen);
  return [...repeat('(', left.openParen), left, ...repeat(')', left.closeParen)];
}

function tokenize(where: WhereClause): Token[] {
  const tokens: Token[] = [];
  for (let clause: WhereClause | null = where; clause; clause = 'right' in clause ? clause.right : null) {
    tokens.push(...tokensOf(clause.left));
    if ('operator' in clause) tokens.push(clause.operator);
  }
  return tokens;
}

/** Reads the tokens once, from left to right. */
class ConditionReader {
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  readAll(): Condition {
    const condition = this.#readList();
    const rest = this.#tokens[this.#at];
    if (rest !== undefined) throw malformedQuery(`unexpected token: '${typeof rest === 'string' ? rest : ''}'`);
    return condition;
  }

  /** Salesforce wants parentheses where AND meets OR. */
  #readList(): Condition {
    const first = this.#readOne();
    const operator = this.#tokens[this.#at];
    if (operator !== 'AND' && operator !== 'OR') return first;
    const parts = [first];
    while (this.#tokens[this.#at] === operator) {
      this.#at += 1;
      parts.push(this.#readOne());
    }
    return { kind: operator === 'AND' ? 'and' : 'or', parts };
  }

  #readOne(): Condition {
    const token = this.#tokens[this.#at];
    this.#at += 1;
    if (token === 'NOT') return { kind: 'not', part: this.#readOne() };
    if (token === '(') return this.#readGroup();
    if (typeof token === 'object') return { kind: 'compare', comparison: token };
    throw malformedQuery(`unexpected token: ${token === undefined ? '<EOF>' : `'${token}'`}`);
  }

  #readGroup(): Condition {
    const condition = this.#readList();
    const close = this.#tokens[this.#at];
    if (close !== ')') throw malformedQuery(`unexpected token: '${typeof close === 'string' ? close : '<EOF>'}'`);
    this.#at += 1;
    return condition;
  }
}

/** @throws SalesforceError MALFORMED_QUERY when AND and OR are mixed without parentheses */
export const buildCondition = (where: WhereClause): Condition => new ConditionReader(tokenize(where)).readAll();
