import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { eachMember } from "#db/protocol/json-members";
import { withString } from "./json-scan.ts";

function rewrite(text: string, value = "up") {
  let at: number | undefined;
  eachMember(text, (name, place) => {
    if (name === "model") at = place;
  });
  return withString(text, "model", value, at);
}

describe("a changed member", () => {
  test.each([
    ['{"model":"a"}', '{"model":"up"}'],
    [' {\n "model" : "a" ,"n":12345678901234567890.10 }\n', ' {\n "model" : "up" ,"n":12345678901234567890.10 }\n'],
    ['{"x":{"model":"a"},"model":"b"}', '{"x":{"model":"a"},"model":"up"}'],
    ['{"x":{"model":"a"}}', '{"model":"up","x":{"model":"a"}}'],
    ['{"messages":["model"],"model":"b"}', '{"messages":["model"],"model":"up"}'],
    ['{"x":"model","model":"b"}', '{"x":"model","model":"up"}'],
    ['{"x":"\\"model\\":\\"no\\"","model":"b"}', '{"x":"\\"model\\":\\"no\\"","model":"up"}'],
    ['{"x":"a\\\\","model":"b\\\\"}', '{"x":"a\\\\","model":"up"}'],
    ['{"mod\\u0065l":"a"}', '{"mod\\u0065l":"up"}'],
    ['{"é":"ü","model":"日本","k":"🦊"}', '{"é":"ü","model":"up","k":"🦊"}'],
    ['{"model":null , "k":1}', '{"model":"up" , "k":1}'],
    ["{}", '{"model":"up"}'],
    ["{ }", '{"model":"up" }'],
    ['{"k":1}', '{"model":"up","k":1}'],
  ])("%s → %s", (given, expected) => {
    expect(rewrite(given)).toBe(expected);
  });

  const key = fc.oneof(fc.constantFrom("mod", "models", 'mo"del', "stream"), fc.string({ unit: "grapheme" }));
  const value = fc.oneof(
    fc.jsonValue(),
    fc.constantFrom("model", '"model":', '{"model":"x"}', "\\", 'a\\"', { model: "inner" }),
  );
  const members = fc.array(fc.tuple(key, value), { maxLength: 6 }).map((all) => all.filter(([k]) => k !== "model"));
  const space = fc.constantFrom("", " ", "\n\t", "\r\n");
  const was = fc.option(fc.string({ unit: "grapheme" }));

  test("is all that changes, whatever the object and whatever the new value", () => {
    fc.assert(
      fc.property(members, members, was, space, fc.string({ unit: "grapheme" }), (before, after, old, gap, name) => {
        const written = (all: typeof before) => all.map(([k, v]) => `${JSON.stringify(k)}:${JSON.stringify(v)}`);
        const text = (model: string | null) =>
          `{${[...written(before), `"model"${gap}:${gap}${JSON.stringify(model)}${gap}`, ...written(after)].join(",")}}`;
        expect(rewrite(text(old), name)).toBe(text(name));
      }),
      { numRuns: 2000 },
    );
  });
});
