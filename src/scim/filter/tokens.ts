/** A filter cut into words, quoted strings and brackets (RFC 7644 §3.4.2.2, figure 1). */
import { invalidFilter } from '../errors.ts';

export interface Token {
  readonly kind: 'bracket' | 'string' | 'word';
  /** As written; a string with its quotes and escapes. */
  readonly text: string;
  /** Of the first character, counted from 1. */
  readonly position: number;
}

/** More than any client sends (One Identity Manager joins hundreds of names with `or`), little enough to parse at once. */
export const MAX_FILTER_LENGTH = 1024 * 1024;

/** Sticky, and each part free of nested repetition, so that the time is linear in the length. */
const TOKEN = /\s*(?:([()[\]])|("[^"\\]*(?:\\.[^"\\]*)*")|([^\s()[\]"]+))/sy;

/** @throws ScimError invalidFilter for text that is too long or has an open quote */
export function tokenise(text: string): Token[] {
  if (text.length > MAX_FILTER_LENGTH) throw invalidFilter(`the filter is longer than ${MAX_FILTER_LENGTH} characters`);
  const tokens: Token[] = [];
  const end = text.trimEnd().length;
  for (TOKEN.lastIndex = 0; TOKEN.lastIndex < end;) {
    const start = TOKEN.lastIndex;
    const match = TOKEN.exec(text);
    if (match === null) throw invalidFilter(`a quoted string is not closed at character ${positionOf(text, start)}`);
    tokens.push(toToken(match, TOKEN.lastIndex));
  }
  return tokens;
}

function toToken([, bracket, string, word]: RegExpExecArray, end: number): Token {
  const text = bracket ?? string ?? word ?? '';
  const kind = bracket !== undefined ? 'bracket' : string !== undefined ? 'string' : 'word';
  return { kind, text, position: end - text.length + 1 };
}

function positionOf(text: string, start: number): number {
  return text.length - text.slice(start).trimStart().length + 1;
}
