import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { kindsByName } from "#db/kinds/index";
import { labelSelectorForm, parseLabelSelector } from "#db/schema/label-selector";
import { fieldSelectorForm, parseFieldSelector, scalarFields } from "./selectors.ts";

const { llm, secret } = kindsByName;

describe("label selectors", () => {
  test("are read as kubectl writes them", () => {
    expect(parseLabelSelector("")).toEqual([]);
    expect(parseLabelSelector("a=b, c==d,e!=f,g,!h,i in (x, y),j notin (z)")).toEqual([
      { key: "a", is: "in", values: ["b"] },
      { key: "c", is: "in", values: ["d"] },
      { key: "e", is: "notin", values: ["f"] },
      { key: "g", is: "exists" },
      { key: "h", is: "absent" },
      { key: "i", is: "in", values: ["x", "y"] },
      { key: "j", is: "notin", values: ["z"] },
    ]);
    expect(parseLabelSelector("example.com/team=a")).toEqual([{ key: "example.com/team", is: "in", values: ["a"] }]);
    expect(parseLabelSelector("a=")).toEqual([{ key: "a", is: "in", values: [""] }]);
  });

  test.each([
    "=b",
    "a b",
    "a=b=c",
    "a in b",
    "a in (b",
    "!",
    "a!",
    "(a)",
    "a=\0",
    "'a'=b",
    "a in (b) c",
    "!a=b",
    ",",
    "a=b,",
    ",a",
    "a,,b",
    " , ",
  ])("%j is none", (text) => {
    expect(() => parseLabelSelector(text)).toThrow(expect.objectContaining({ code: "invalid_request" }));
  });

  test("are bounded, in number and in time", () => {
    expect(() => parseLabelSelector(Array.from({ length: 65 }, (_, i) => `a${i}`).join(","))).toThrow("more than 64");
    const start = performance.now();
    expect(() => parseLabelSelector(`a in (${" ".repeat(50_000)}`)).toThrow();
    expect(() => parseLabelSelector(`${"a".repeat(50_000)}!`)).toThrow();
    expect(performance.now() - start).toBeLessThan(1_000);
  });
});

describe("field selectors", () => {
  test("compare the kind's own scalars", () => {
    expect(parseFieldSelector(llm, "type=openai,status.state!=active,name==gpt")).toEqual([
      { field: "type", is: "equal", value: "openai" },
      { field: "status.state", is: "different", value: "active" },
      { field: "name", is: "equal", value: "gpt" },
    ]);
  });

  test("know no others", () => {
    expect(() => parseFieldSelector(llm, "tpye=openai")).toThrow(
      expect.objectContaining({ details: expect.objectContaining({ hint: "Did you mean type?" }) }),
    );
    for (const text of ["timeouts=1", "status=x", "id'--=1", "type", "type>1"])
      expect(() => parseFieldSelector(llm, text)).toThrow(expect.objectContaining({ code: "invalid_request" }));
  });

  test("never ask about what must not be shown", () => {
    expect(scalarFields(secret)).toEqual(["name", "backend", "description"]);
    expect(scalarFields(kindsByName.user)).not.toContain("password");
  });
});

/** What a schema can tell of selectors, held against what reads them. */
describe("the forms of selectors", () => {
  const reads = (read: () => unknown) => {
    try {
      read();
      return true;
    } catch {
      return false;
    }
  };
  const pieces = (...own: string[]) =>
    fc
      .array(fc.constantFrom(...own, "a", ",", " ", "=", "!", "(", ")", ".", "-"), { maxLength: 12 })
      .map((p) => p.join(""));

  test("say which label selectors there are", () => {
    const form = new RegExp(labelSelectorForm);
    fc.assert(
      fc.property(pieces("in", "notin", "==", "!=", "a/b", "in (a,a)"), (text) => {
        expect(form.test(text), text).toBe(reads(() => parseLabelSelector(text)));
      }),
      { numRuns: 2_000 },
    );
  });

  test("say no field selector that is none", () => {
    const form = new RegExp(fieldSelectorForm(llm));
    fc.assert(
      fc.property(pieces("name", "type", "status.state", "!=", "name=a", "x"), (text) => {
        if (form.test(text)) expect(() => parseFieldSelector(llm, text)).not.toThrow();
      }),
      { numRuns: 2_000 },
    );
    expect(form.test("type=openai,status.state!=active")).toBe(true);
    expect(form.test("timeouts=1")).toBe(false);
  });

  test("take no time to be looked for", () => {
    const start = performance.now();
    for (const text of ["a".repeat(8_000), "a ".repeat(4_000), "a,".repeat(4_000), `a in (${" ".repeat(8_000)}`])
      new RegExp(labelSelectorForm).test(`${text}!`);
    expect(performance.now() - start).toBeLessThan(1_000);
  });
});
