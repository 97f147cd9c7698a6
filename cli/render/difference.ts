/** Lines that two texts don't share, as `diff -u` shows them. Pure. */

type Line = { mark: " " | "-" | "+"; text: string };

/** By the longest common subsequence; manifests are short enough for the plain algorithm. */
export function lineDifference(before: string, after: string): Line[] {
  const a = before.split("\n");
  const b = after.split("\n");
  if (a.at(-1) === "") a.pop();
  if (b.at(-1) === "") b.pop();
  const lengths: number[][] = Array.from({ length: a.length + 1 }, () => new Array<number>(b.length + 1).fill(0));
  const at = (i: number, j: number) => lengths[i]?.[j] ?? 0;
  for (let i = a.length - 1; i >= 0; i--) {
    const row = lengths[i] ?? [];
    for (let j = b.length - 1; j >= 0; j--)
      row[j] = a[i] === b[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
  }
  const out: Line[] = [];
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      out.push({ mark: " ", text: a[i] ?? "" });
      i++;
      j++;
    } else if (i < a.length && (j >= b.length || at(i + 1, j) >= at(i, j + 1)))
      out.push({ mark: "-", text: a[i++] ?? "" });
    else out.push({ mark: "+", text: b[j++] ?? "" });
  }
  return out;
}

/** Unified, with `context` lines around each change. Empty where nothing differs. */
export function unified(label: string, before: string, after: string, context = 3): string[] {
  const lines = lineDifference(before, after);
  if (lines.every((l) => l.mark === " ")) return [];
  const near = (i: number) => lines.slice(Math.max(0, i - context), i + context + 1).some((l) => l.mark !== " ");
  const out = [`--- ${label} (now)`, `+++ ${label} (applied)`];
  let old = 1;
  let fresh = 1;
  let open: { at: string; lines: string[]; old: number; fresh: number } | undefined;
  const close = () => {
    if (open)
      out.push(`@@ -${open.at.split(" ")[0]},${open.old} +${open.at.split(" ")[1]},${open.fresh} @@`, ...open.lines);
    open = undefined;
  };
  for (const [i, line] of lines.entries()) {
    if (near(i)) {
      open ??= { at: `${old} ${fresh}`, lines: [], old: 0, fresh: 0 };
      open.lines.push(line.mark + line.text);
      if (line.mark !== "+") open.old++;
      if (line.mark !== "-") open.fresh++;
    } else close();
    if (line.mark !== "+") old++;
    if (line.mark !== "-") fresh++;
  }
  close();
  return out;
}
