import fc from "fast-check";
import { expect, test } from "vitest";
import { lineDifference, unified } from "./difference.ts";

test("shows what changed with its surroundings", () => {
  const before = "a\nb\nc\nd\ne\nf\ng\nh\n";
  expect(unified("x", before, before.replace("b\n", "B\n")).join("\n")).toMatchInlineSnapshot(`
    "--- x (now)
    +++ x (applied)
    @@ -1,5 +1,5 @@
     a
    -b
    +B
     c
     d
     e"
  `);
  expect(unified("x", before, before)).toEqual([]);
  expect(unified("x", "", "a\nb\n")).toEqual(["--- x (now)", "+++ x (applied)", "@@ -1,0 +1,2 @@", "+a", "+b"]);
});

test("without its additions it is the old text, without its removals the new one", () => {
  const lines = fc.array(fc.constantFrom("a", "b", "c", "d"), { maxLength: 12 }).map((l) => l.join("\n"));
  fc.assert(
    fc.property(lines, lines, (before, after) => {
      const found = lineDifference(before, after);
      const kept = (mark: string) => found.filter((l) => l.mark !== mark).map((l) => l.text);
      const list = (text: string) => (text === "" ? [] : text.split("\n"));
      expect(kept("+")).toEqual(list(before));
      expect(kept("-")).toEqual(list(after));
    }),
  );
});
