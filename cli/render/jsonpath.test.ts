import { describe, expect, test } from "vitest";
import { jsonpath } from "./jsonpath.ts";

const root = {
  kind: "List",
  items: [
    { name: "a", tier: "fast", n: 1, status: { state: "active" }, labels: { "x.y/z": "1" } },
    { name: "b", tier: "heavy", n: 2, status: { state: "inactive" }, tags: ["t1", "t2"] },
    { name: "c", tier: "fast", n: 3 },
  ],
};

describe("jsonpath", () => {
  test.each([
    ["{.items[*].name}", "a b c"],
    ["{.items[0].name}", "a"],
    ["{.items[-1].name}", "c"],
    [".items[1].tier", "heavy"],
    ["items[1].tags", '["t1","t2"]'],
    ["{.items[1].tags[*]}", "t1 t2"],
    ["{$.items[0].status.state}", "active"],
    ["{.items[0].labels['x.y/z']}", "1"],
    ['{.items[?(@.tier=="fast")].name}', "a c"],
    ["{.items[?(@.n!=2)].name}", "a c"],
    ["{.items[?(@.status)].name}", "a b"],
    ['{range .items[*]}{.name}={.tier}{"\\n"}{end}', "a=fast\nb=heavy\nc=fast\n"],
    ["{.items[?(@.status.state=='inactive')].name}!", "b!"],
    ["{.nothing.here}", ""],
    ["{.items[0].n}", "1"],
    ["{.items[0:2].name}", "a b"],
    ["{.items[-1:].name}", "c"],
    ["{.items[:1].name}", "a"],
    ["{.items[0:3:2].name}", "a c"],
    ["{.items[0,2].name}", "a c"],
    ["{.items[7].name}", ""],
    ["{.items[*]['name','tier']}", "a fast b heavy c fast"],
    ["{..name}", "a b c"],
    ["{.items..state}", "active inactive"],
    ["{.items[?(@.n>1)].name}", "b c"],
    ["{.items[?(@.n >= 2)].name}", "b c"],
    ["{.items[?(@.n<2)].name}", "a"],
    ["{.items[?(@.n<=2)].name}", "a b"],
    ['{.items[?(@.name>"a")].name}', "b c"],
    ["{.items[?(@.name>1)].name}", ""],
    ["{.items[?(@.labels['x.y/z']==\"1\")].name}", "a"],
    ["{.items[?(@.tags[0]=='t1')].name}", "b"],
  ])("%s", (template, expected) => expect(jsonpath(template, root)).toBe(expected));

  test.each([
    ["{.items", "brace is not closed"],
    ["{range .items[*]}{.name}", "{range} without {end}"],
    ["{end}", "{end} without {range}"],
    ["{.items[}", "is not understood"],
    ["{.items[?(@.a ~ 1)]}", "is not understood"],
    ["{.items[0].name} {.items[x].name}", 'at character 25: "[x].name" is not understood'],
    ["{.items[0:1:2:3]}", "is not understood"],
  ])("%s is refused, with the place", (template, why) => {
    expect(() => jsonpath(template, root)).toThrow(why);
  });

  test("a prototype is no field", () => expect(jsonpath("{.constructor.name}", root)).toBe(""));
});
