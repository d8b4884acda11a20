/** Who needs whom in a circle: the strongly connected components of a graph (Tarjan 1972). */

type Graph = readonly (readonly number[])[];

/**
 * @param needs for each node, the nodes that it needs
 * @returns every node in one group, alone unless it is part of a circle; what a group needs comes before it
 */
export function groupCircles(needs: Graph): readonly (readonly number[])[] {
  const search = new Search(needs);
  for (const node of needs.keys()) search.visit(node);
  return search.groups;
}

class Search {
  readonly groups: number[][] = [];
  readonly #needs: Graph;
  /** For each node that was visited, the earliest visit that it is known to lead back to. */
  readonly #earliest = new Map<number, number>();
  /** Nodes that were visited and have no group yet. */
  readonly #open: number[] = [];

  constructor(needs: Graph) {
    this.#needs = needs;
  }

  /** @returns the earliest visit that `node` leads back to; Infinity when it has its group already */
  visit(node: number): number {
    const known = this.#earliest.get(node);
    if (known !== undefined) return known;
    const visited = this.#earliest.size;
    this.#earliest.set(node, visited);
    this.#open.push(node);
    for (const needed of this.#needs[node] ?? [])
      this.#earliest.set(node, Math.min(this.visit(needed), this.#earliest.get(node) ?? visited));
    if (this.#earliest.get(node) === visited) this.#close(node);
    return this.#earliest.get(node) ?? visited;
  }

  /** `node` leads back to nothing before it: it and all that is open since are one group. */
  #close(node: number): void {
    const group = this.#open.splice(this.#open.indexOf(node));
    for (const member of group) this.#earliest.set(member, Infinity);
    this.groups.push(group.sort((a, b) => a - b));
  }
}
