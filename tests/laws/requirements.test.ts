import { describe, expect, test } from "vitest";
import { requirements, verifies } from "../requirements.ts";
import { files, read, withoutComments } from "./repository.ts";

/** Ids in the first argument of every call, found without running a test. */
function verifiedIn(code: string): string[] {
  return [...withoutComments(code).matchAll(/\bverifies\(\s*(\[[^\]]*\]|"[^"]*")/g)].flatMap((call) =>
    [...(call[1] ?? "").matchAll(/"([^"]*)"/g)].map((id) => id[1] ?? ""),
  );
}

const byId = new Map<string, string[]>();
for (const file of files.filter((f) => f.endsWith(".test.ts")))
  for (const id of verifiedIn(read(file))) byId.set(id, [...(byId.get(id) ?? []), file]);

describe("requirements", () => {
  test("are found in tests over one and several lines, and not in comments", () => {
    // Put together here, so that this file itself verifies nothing by it.
    const call = "verifies";
    const code = `test(${call}("a.b", "x"))\ntest(${call}(\n  ["c.d",\n "e.f"], "x"))\n// ${call}("g.h", "x")`;
    expect(verifiedIn(code)).toEqual(["a.b", "c.d", "e.f"]);
  });

  test(verifies("law.requirements", "are each verified by a test"), () => {
    expect(Object.keys(requirements).filter((id) => !byId.has(id))).toEqual([]);
  });

  test("include all that a test says it verifies", () => {
    expect([...byId.keys()].filter((id) => !(id in requirements))).toEqual([]);
  });

  test("say each what is required, and by which document", () => {
    for (const [id, r] of Object.entries(requirements)) {
      expect(id).toMatch(/^[a-z]+\.[a-z0-9-]+$/);
      expect(r.behaviour).toMatch(/\.$/);
      expect(r.source).not.toBe("");
    }
  });
});
