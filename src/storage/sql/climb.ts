/** What it takes to find all lists above each list, where lists hold others. */

/** @param holders of each list the ones that hold it @param atMost steps that are not too many: counted no further */
export function countClimbs(holders: ReadonlyMap<string, readonly string[]>, atMost: number): number {
  let steps = 0;
  for (const first of holders.keys()) {
    const known = new Set([first]);
    for (const one of known) {
      const above = holders.get(one) ?? [];
      steps += above.length;
      if (steps > atMost) return steps;
      for (const holder of above) known.add(holder);
    }
  }
  return steps;
}
