/** How the text of a query becomes a tree; the grammar is an independent parser's. */
import { createRequire } from 'node:module';
import type { parseQuery, Query } from '@jetstreamapp/soql-parser-js';
import { malformedQuery } from '../errors.ts';
import { pointAt } from './point-at.ts';

// The parser tells what it stumbled over only in its messages.
const BAD_CHARACTER = /^unexpected character: ->(.)<- at offset: (\d+)/s;
const BAD_TOKEN = /but found(?: -->|:)\s*'?(.*?)'?(?: <--)?\s*$/s;

function explain(soql: string, message: string): string {
  const character = BAD_CHARACTER.exec(message);
  if (character) return `${pointAt(soql, Number(character[2]))}\nunexpected token: '${character[1] ?? ''}'`;
  const token = BAD_TOKEN.exec(message)?.[1] ?? '';
  return token === '' ? 'unexpected token: <EOF>' : `unexpected token: '${token}'`;
}

const require = createRequire(import.meta.url);
/** Node keeps what it loaded. Making the grammar takes up to half a second, which a start without queries need not wait for. */
const parser = () => require('@jetstreamapp/soql-parser-js') as { readonly parseQuery: typeof parseQuery };

/** @throws SalesforceError MALFORMED_QUERY */
export function parseSoql(soql: string): Query {
  if (soql.trim() === '') throw malformedQuery('A query string has to be specified');
  try {
    return parser().parseQuery(soql);
  } catch (error) {
    throw malformedQuery(explain(soql, error instanceof Error ? error.message : ''));
  }
}
