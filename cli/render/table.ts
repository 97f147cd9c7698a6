/** Rows as aligned columns. Pure. */
import { paint, type Style, styleOfWord } from "./colour.ts";
import { cut, width } from "./width.ts";

export interface TableOptions {
  /** Columns of the terminal; without it nothing is cut. */
  columns?: number | undefined;
  colour: boolean;
  headings: boolean;
  /** Widths of what stands above, which these rows continue; they are widened where these need more. */
  above?: number[];
}

/**
 * Space between columns, and what a column is narrowed to at least: less says nothing. The first that fits with its whole first
 * column, which is the name and has to be typed; where none does, the last.
 */
const layouts = [
  { gap: 3, least: 8 },
  { gap: 2, least: 8 },
  { gap: 2, least: 6 },
  { gap: 2, least: 4 },
] as const;
const tightest = layouts[3];

export function table(
  headings: readonly string[],
  rows: readonly (readonly string[])[],
  options: TableOptions,
): string {
  const shown = options.headings ? [headings, ...rows] : rows;
  if (shown.length === 0) return "";
  const { above } = options;
  const natural = headings.map((_, i) => shown.reduce((w, r) => Math.max(w, width(r[i] ?? "")), above?.[i] ?? 0));
  above?.splice(0, above.length, ...natural);
  const { widths, gap } =
    options.columns === undefined ? { widths: natural, gap: layouts[0].gap } : fitWidths(natural, options.columns);
  const line = (row: readonly string[], style: (text: string, i: number) => Style | undefined) =>
    row
      .map((text, i) => {
        const fitted = cut(text, widths[i] ?? 0);
        const last = i === row.length - 1;
        return (
          paint(fitted, style(text, i), options.colour) +
          (last ? "" : " ".repeat((widths[i] ?? 0) - width(fitted) + gap))
        );
      })
      .join("")
      .trimEnd();
  const lines = rows.map((row) => line(row, (text, i) => (i === 0 ? "bold" : styleOfWord(text))));
  if (options.headings) lines.unshift(line(headings, () => "dim"));
  return `${lines.join("\n")}\n`;
}

/** Takes from the widest first, so that short columns stay whole. The first column, the name, gives way last. */
export function fitWidths(natural: readonly number[], columns: number): { widths: number[]; gap: number } {
  const least = (l: number) => natural.reduce((sum, w, i) => sum + (i === 0 ? w : Math.min(w, l)), 0);
  const gaps = natural.length - 1;
  const layout = layouts.find((l) => least(l.least) + l.gap * gaps <= columns) ?? tightest;
  const widths = [...natural];
  let over = widths.reduce((a, b) => a + b, 0) + layout.gap * gaps - columns;
  while (over > 0) {
    const candidates = widths.map((w, i) => ({ w, i })).filter(({ w, i }) => i > 0 && w > layout.least);
    const widest = candidates.sort((a, b) => b.w - a.w)[0] ?? { w: widths[0] ?? 0, i: 0 };
    if (widest.w <= layout.least) break;
    widths[widest.i] = widest.w - 1;
    over--;
  }
  return { widths, gap: layout.gap };
}
