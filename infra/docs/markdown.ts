/** Markdown as GitHub renders it. */

/** A pipe ends a cell, also within code. */
const inCell = (text: string): string => text.replaceAll("|", "\\|").replace(/\s*\n\s*/g, " ");

export function table(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map(inCell).join(" | ")} |\n`;
  return line(headings) + line(headings.map(() => "---")) + rows.map(line).join("");
}

export const code = (text: string): string => `\`${text}\``;

/** Text without Markdown formatting. */
export const plain = (text: string): string => text.replace(/[*_<>[\]]/g, "\\$&");

export const list = (words: readonly string[], last = "and"): string =>
  words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} ${last} ${words.at(-1)}`;
