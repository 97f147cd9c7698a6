/** Cycles of a graph: Tarjan's strongly connected components (SIAM J. Comput. 1(2), 1972), without recursion: a plan may be deep. Pure. */

/**
 * @param needs for each node, the nodes that it points to.
 * @returns groups of nodes that reach each other, each in ascending order; a group comes after those that it points to.
 */
export function components(needs: readonly (readonly number[])[]): number[][] {
  const found: number[][] = [];
  const index = new Map<number, number>();
  const low = new Map<number, number>();
  const open: number[] = [];
  const isOpen = new Set<number>();
  const lower = (node: number, to: number) => low.set(node, Math.min(low.get(node) ?? to, to));
  for (const start of needs.keys()) {
    if (index.has(start)) continue;
    const path = [{ node: start, next: 0 }];
    for (let top = path.at(-1); top; top = path.at(-1)) {
      const { node } = top;
      if (top.next === 0) {
        index.set(node, index.size);
        lower(node, index.get(node) ?? 0);
        open.push(node);
        isOpen.add(node);
      }
      const to = needs[node]?.[top.next++];
      if (to !== undefined) {
        if (!index.has(to)) path.push({ node: to, next: 0 });
        else if (isOpen.has(to)) lower(node, index.get(to) ?? 0);
        continue;
      }
      path.pop();
      const above = path.at(-1);
      if (above) lower(above.node, low.get(node) ?? 0);
      if (low.get(node) !== index.get(node)) continue;
      const group = open.splice(open.lastIndexOf(node));
      for (const member of group) isOpen.delete(member);
      found.push(group.sort((a, b) => a - b));
    }
  }
  return found;
}
