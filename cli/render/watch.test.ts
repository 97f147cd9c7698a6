import { expect, test } from "vitest";
import { clipToRows } from "./watch.ts";

const text = (lines: number) => Array.from({ length: lines }, (_, i) => `${i}\n`).join("");

test.each([
  [4, 6, "0\n1\n2\n3\n"],
  [5, 6, "0\n1\n2\n… and 2 more lines than fit here\n"],
  [3, 1, "0\n… and 2 more lines than fit here\n"],
  [3, undefined, "0\n1\n2\n"],
  [0, 5, ""],
])("%i lines in %s rows", (lines, rows, shown) => expect(clipToRows(text(lines), rows)).toBe(shown));
