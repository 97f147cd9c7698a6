/** Finds the word for "Did you mean …?". */

/** Maximum length of compared words: the cost grows with the square of the length. */
const longest = 64;

/**
 * The nearest word of `known` by edit distance (insertion, deletion, substitution, transposition), if it is near enough: one edit for
 * short words, up to three for long ones. Case is ignored.
 */
export function near(word: string, known: Iterable<string>): string | undefined {
  const w = word.toLowerCase();
  if (w.length > longest) return undefined;
  const most = Math.min(3, Math.max(1, Math.floor(w.length / 3)));
  let best: string | undefined;
  let least = most + 1;
  for (const candidate of known) {
    const c = candidate.toLowerCase();
    if (Math.abs(c.length - w.length) >= least) continue;
    const d = distance(w, c, least);
    if (d < least) {
      best = candidate;
      least = d;
    }
  }
  return best;
}

/** Optimal string alignment. A distance of `limit` or more may be returned as any number of at least `limit`. */
function distance(a: string, b: string, limit: number): number {
  let before: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let d = Math.min(at(previous, j) + 1, at(row, j - 1) + 1, at(previous, j - 1) + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) d = Math.min(d, at(before, j - 2) + 1);
      row.push(d);
    }
    if (Math.min(...row) >= limit) return limit;
    before = previous;
    previous = row;
  }
  return at(previous, b.length);
}

const at = (row: readonly number[], i: number): number => row[i] ?? Number.POSITIVE_INFINITY;
