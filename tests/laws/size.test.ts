import { expect, test } from "vitest";
import { verifies } from "../requirements.ts";
import { files, read } from "./repository.ts";

const LIMIT = 350;
/** Most files are much shorter; when one in ten passes this, a habit has changed. */
const NINETIETH = 250;

const generated = (file: string) => file === "package-lock.json" || file.startsWith("db/migrations/");
const lines = (file: string) => read(file).trimEnd().split("\n").length;
const written = files.filter((f) => /\.(ts|tsx|mjs|js)$/.test(f) && !generated(f));
const sizes = written.map((file) => ({ file, lines: lines(file) })).sort((a, b) => a.lines - b.lines);

test(verifies("law.size", `no file has more than ${LIMIT} lines`), () => {
  expect(sizes.filter((s) => s.lines > LIMIT)).toEqual([]);
});

test(`nine files in ten have at most ${NINETIETH} lines`, () => {
  const ninetieth = sizes[Math.floor(sizes.length * 0.9)];
  expect(ninetieth?.lines, `the 90th percentile is ${ninetieth?.file}`).toBeLessThanOrEqual(NINETIETH);
});

test("no file has a name that says nothing, as utils or helpers", () => {
  const vague = /(^|\/)(utils?|helpers?|common|manager|misc|shared|lib)(\.|\/|-|$)/;
  expect(files.filter((f) => vague.test(f))).toEqual([]);
});
