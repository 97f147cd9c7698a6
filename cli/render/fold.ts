/** Text for people, broken at spaces to fit the terminal. Pure. */
import { width } from "./width.ts";

/** Narrower makes no line readable. */
const LEAST = 20;

/**
 * Lines that are too long go on below where their text begins: after the indent, after a heading such as `ABOUT:   `, and after a
 * name before a `<type>`.
 */
export function foldText(text: string, columns: number | undefined): string {
  if (columns === undefined) return text;
  return text
    .split("\n")
    .map((line) => fold(line, columns))
    .join("\n");
}

function fold(line: string, columns: number): string {
  if (width(line) <= columns) return line;
  const start = /^\s*(?:[A-Z][A-Z ]*:\s+|\S+\s+(?=<))?/.exec(line)?.[0] ?? "";
  const hanging = columns - width(start) >= LEAST ? " ".repeat(width(start)) : "";
  const lines: string[] = [];
  let current = start;
  for (const word of line.slice(start.length).split(" ")) {
    const empty = current.trim() === "" || current === start;
    if (!empty && width(current) + 1 + width(word) > columns) {
      lines.push(current);
      current = hanging + word;
    } else current += empty ? word : ` ${word}`;
  }
  return [...lines, current].join("\n");
}
