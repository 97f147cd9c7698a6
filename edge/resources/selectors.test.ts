import { describe, expect, test } from "vitest";
import { kindsByName } from "#db/resources/index";
import { parseFieldSelector, parseLabelSelector, scalarFields } from "./selectors.ts";

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
