/** Many calls at once, and not all at once: a busy machine gives each a connection before it gives up waiting. */

const AT_ONCE = 50;

/** @returns what `make` gave for 0, 1 … `count - 1`, in this order */
export async function inTurns<T>(count: number, make: (index: number) => Promise<T>): Promise<readonly T[]> {
  const made: T[] = [];
  for (let from = 0; from < count; from += AT_ONCE) {
    const indexes = Array.from({ length: Math.min(AT_ONCE, count - from) }, (_, at) => from + at);
    made.push(...(await Promise.all(indexes.map(make))));
  }
  return made;
}
