import { expect, test } from "vitest";
import { verifies } from "../requirements.ts";
import { files, grep, read, withoutComments } from "./repository.ts";

/** Every source but this one, which has to write what it looks for. */
const code = files.filter((f) => /\.(ts|tsx|mjs|js)$/.test(f) && f !== "tests/laws/typed.test.ts");

test(verifies("law.typed", "no type is `any`"), () => {
  const written = /(\bas any\b|<any\b|:\s*any\b|\bany\[\]|\bRecord<string, any>)/;
  const outsideStrings = (file: string) =>
    withoutComments(read(file)).replace(/(["'`])(?:\\.|(?!\1)[^\\])*\1/g, (s) => s.replace(/[^\n]/g, " "));
  expect(code.flatMap((file) => grep(file, written, outsideStrings(file)))).toEqual([]);
});

test(verifies("law.typed", "the compiler and the linter are not silenced"), () => {
  const silenced = /@ts-(ignore|expect-error|nocheck)|biome-ignore/;
  expect(code.flatMap((file) => grep(file, silenced))).toEqual([]);
});

test("no TODO is left in the code", () => {
  const later = /\b(TODO|FIXME|XXX)\b/;
  const documents = files.filter((f) => /\.(md|toml)$/.test(f));
  expect([...code, ...documents].flatMap((file) => grep(file, later))).toEqual([]);
});
