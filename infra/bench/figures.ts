/** Figures from samples. */

/** @param q between 0 and 1. The nearest rank; 0 where there is no sample. */
export function quantile(samples: readonly number[], q: number): number {
  const sorted = Float64Array.from(samples).sort();
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(q * sorted.length) - 1))] ?? 0;
}

export const median = (samples: readonly number[]): number => {
  const low = quantile(samples, 0.5);
  if (samples.length % 2 === 1) return low;
  const sorted = Float64Array.from(samples).sort();
  return (low + (sorted[samples.length / 2] ?? low)) / 2;
};

/** Columns as wide as they need; the first is text, the others stand to the right. */
export function table(heading: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = heading.map((h, i) => Math.max(h.length, ...rows.map((r) => r[i]?.length ?? 0)));
  const line = (cells: readonly string[]) =>
    `| ${widths.map((w, i) => (i === 0 ? (cells[i] ?? "").padEnd(w) : (cells[i] ?? "").padStart(w))).join(" | ")} |`;
  const rule = `| ${widths.map((w, i) => (i === 0 ? "-".repeat(w) : `${"-".repeat(w - 1)}:`)).join(" | ")} |`;
  return [line(heading), rule, ...rows.map(line)].join("\n");
}
