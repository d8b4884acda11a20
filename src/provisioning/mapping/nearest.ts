/** Which known name somebody most likely meant. */

/** @returns `; did you mean "LastName"?`, or nothing when no name is near */
export function suggest(name: string, known: readonly string[]): string {
  const nearest = nearestName(name, known);
  return nearest === undefined ? '' : `; did you mean "${nearest}"?`;
}

/** Nobody mistypes a longer one, and comparing takes time by the square of the length. */
const MAX_LENGTH = 64;

/** @param atMost slips, case aside; default: one in three letters */
export function nearestName(
  name: string,
  known: readonly string[],
  atMost = Math.max(1, name.length / 3),
): string | undefined {
  if (name.length > MAX_LENGTH) return undefined;
  const wanted = name.toLowerCase();
  const [best] = known
    .filter((candidate) => Math.abs(candidate.length - name.length) <= atMost)
    .map((candidate) => ({ candidate, slips: countSlips(wanted, candidate.toLowerCase()) }))
    .sort((a, b) => a.slips - b.slips);
  return best !== undefined && best.slips <= atMost ? best.candidate : undefined;
}

/** Letters added, left out, replaced, or swapped with their neighbour (optimal string alignment). */
function countSlips(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, column) => column)];
  const at = (row: number, column: number): number => rows[row]?.[column] ?? Infinity;
  for (let row = 1; row <= a.length; row += 1) {
    rows.push([row]);
    for (let column = 1; column <= b.length; column += 1) {
      const replaced = at(row - 1, column - 1) + (a[row - 1] === b[column - 1] ? 0 : 1);
      const isSwap = a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      const swapped = isSwap ? at(row - 2, column - 2) + 1 : Infinity;
      rows[row]?.push(Math.min(replaced, swapped, at(row - 1, column) + 1, at(row, column - 1) + 1));
    }
  }
  return at(a.length, b.length);
}
