/** How a JSON body is read, and how a broken one is pointed at. */
import { jsonInvalid } from '../errors.ts';

/** Where the parser stopped; its own messages say so in one of two ways, or not at all. */
function positionIn(text: string, message: string): number {
  const offset = /position (\d+)/.exec(message)?.[1];
  return offset === undefined ? text.length : Number(offset);
}

function explain(text: string, message: string): string {
  const position = positionIn(text, message);
  const before = text.slice(0, position);
  const place = `[line:${before.split('\n').length}, column:${position - before.lastIndexOf('\n')}]`;
  const character = text.charAt(position);
  if (character === '') return `Unexpected end-of-input: was expecting more at ${place}`;
  return `Unexpected character ('${character}' (code ${character.charCodeAt(0)})): was expecting a valid value at ${place}`;
}

/** @throws SalesforceError JSON_PARSER_ERROR */
export function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw jsonInvalid(explain(text, error instanceof Error ? error.message : ''));
  }
}
