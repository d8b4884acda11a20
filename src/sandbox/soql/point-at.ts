/** How an error points at a place in a query: the line, a caret under it, row and column. */

/** @param offset of the first wrong character, from 0 */
export function pointAt(soql: string, offset: number): string {
  const before = soql.slice(0, offset);
  const lineStart = before.lastIndexOf('\n') + 1;
  const [line = ''] = soql.slice(lineStart).split('\n');
  const column = offset - lineStart;
  return `\n${line}\n${' '.repeat(column)}^\nERROR at Row:${before.split('\n').length}:Column:${column + 1}`;
}

/** Where `word` stands as a word of its own, from 0; 0 when it does not. */
export function findWord(soql: string, word: string): number {
  const escaped = word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return Math.max(0, soql.search(new RegExp(`(?<![\\w.])${escaped}(?!\\w)`, 'i')));
}
