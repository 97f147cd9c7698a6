import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { topLevelValues, withTopLevelString } from "./json-scan.ts";

const rewrite = (text: string, value = "up") => withTopLevelString(text, "model", value);

describe("withTopLevelString", () => {
  test.each([
    ['{"model":"a"}', '{"model":"up"}'],
    [' {\n "model" : "a" ,"n":12345678901234567890.10 }\n', ' {\n "model" : "up" ,"n":12345678901234567890.10 }\n'],
    ['{"model":"a","model":"b"}', '{"model":"up","model":"up"}'],
    ['{"x":{"model":"a"},"model":"b"}', '{"x":{"model":"a"},"model":"up"}'],
    ['{"x":{"model":"a"}}', '{"model":"up","x":{"model":"a"}}'],
    ['{"messages":["model"],"model":"b"}', '{"messages":["model"],"model":"up"}'],
    ['{"x":"model","model":"b"}', '{"x":"model","model":"up"}'],
    ['{"x":"\\"model\\":\\"no\\"","model":"b"}', '{"x":"\\"model\\":\\"no\\"","model":"up"}'],
    ['{"x":"a\\\\","model":"b\\\\"}', '{"x":"a\\\\","model":"up"}'],
    ['{"mod\\u0065l":"a"}', '{"mod\\u0065l":"up"}'],
    ['{"mod\\u0065l":"a","model":"b","z":"\\u00e9"}', '{"mod\\u0065l":"up","model":"up","z":"\\u00e9"}'],
    ['{"é":"ü","model":"日本","k":"🦊"}', '{"é":"ü","model":"up","k":"🦊"}'],
    ['{"model":null, "model" :{"a":[1]} , "k":1}', '{"model":"up", "model" :"up" , "k":1}'],
    ["{}", '{"model":"up"}'],
    ["{ }", '{"model":"up" }'],
    ['{"k":1}', '{"model":"up","k":1}'],
  ])("%s → %s", (given, expected) => {
    expect(rewrite(given)).toBe(expected);
  });

  const key = fc.oneof(fc.constantFrom("model", "mod", "models", 'mo"del', "stream"), fc.string({ unit: "grapheme" }));
  const value = fc.oneof(
    fc.jsonValue(),
    fc.constantFrom("model", '"model":', '{"model":"x"}', "\\", 'a\\"', { model: "inner" }),
  );
  const space = fc.constantFrom("", " ", "\n\t", "\r\n");

  test("JSON.parse sees the new model and nothing else changed, whatever the object", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(key, value, space, space), { maxLength: 8 }),
        fc.string({ unit: "grapheme" }),
        fc.boolean(),
        (members, name, escaped) => {
          const spell = (k: string) => (escaped && k === "model" ? '"m\\u006fdel"' : JSON.stringify(k));
          const text = `{${members.map(([k, v, a, b]) => `${a}${spell(k)}${b}:${a}${JSON.stringify(v)}${b}`).join(",")}}`;
          const out = rewrite(text, name);
          const expected = JSON.parse(text) as Record<string, unknown>;
          Object.defineProperty(expected, "model", {
            value: name,
            enumerable: true,
            configurable: true,
            writable: true,
          });
          expect(JSON.parse(out)).toEqual(expected);
          const spans = topLevelValues(text, "model");
          if (spans.length === 0) return;
          let kept = "";
          let from = 0;
          for (const s of spans) {
            kept += text.slice(from, s.start) + JSON.stringify(name);
            from = s.end;
          }
          expect(out).toBe(kept + text.slice(from));
        },
      ),
      { numRuns: 2000 },
    );
  });
});
