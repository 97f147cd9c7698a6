/** Files that import each other in a circle, types included: whoever reads one of them has to read them all. Pure. */

/** File → files that it imports. */
export type Graph = ReadonlyMap<string, readonly string[]>;

/** Largest first; the files of each in order (Tarjan's strongly connected components of more than one file). */
export function circlesIn(graph: Graph): string[][] {
  const found: string[][] = [];
  const reached = new Map<string, { at: number; low: number }>();
  const path: string[] = [];
  const onPath = new Set<string>();

  const visit = (file: string): number => {
    const mark = { at: reached.size, low: reached.size };
    reached.set(file, mark);
    path.push(file);
    onPath.add(file);
    for (const next of graph.get(file) ?? []) {
      const known = reached.get(next);
      if (!known) mark.low = Math.min(mark.low, visit(next));
      else if (onPath.has(next)) mark.low = Math.min(mark.low, known.at);
    }
    if (mark.low === mark.at) {
      const circle = path.splice(path.indexOf(file));
      for (const member of circle) onPath.delete(member);
      if (circle.length > 1) found.push(circle.sort());
    }
    return mark.low;
  };

  for (const file of graph.keys()) if (!reached.has(file)) visit(file);
  return found.sort((a, b) => b.length - a.length);
}
