import { describe, expect, test } from "vitest";
import { jsonpath, valuesAt } from "./jsonpath.ts";

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
    ["{.items[*]['name','tier']}", "a b c fast heavy fast"],
    ["{..name}", "a b c"],
    ["{.items..state}", "active inactive"],
    ["{.items[?(@.n>1)].name}", "b c"],
    ["{.items[?(@.n >= 2)].name}", "b c"],
    ["{.items[?(@.n<2)].name}", "a"],
    ["{.items[?(@.n<=2)].name}", "a b"],
    ['{.items[?(@.name>"a")].name}', "b c"],
    ["{.items[?(@.labels['x.y/z']==\"1\")].name}", "a"],
    ["{.items[?(@.tags[0]=='t1')].name}", "b"],
  ])("%s", (template, expected) => expect(jsonpath(template)(root)).toBe(expected));

  test.each([
    ["{.items", "brace is not closed"],
    ["{end}", "{end} without {range}"],
    ["{.items[}", "bracket is not closed"],
    ["{.items[?(@.a ~ 1)]}", "is not understood"],
    ["{.items[0].name} {.items[x].name}", 'at character 26: "[x]" is not understood'],
    ["{.items[0:1:2:3]}", "is not understood"],
  ])("%s is refused, with the place", (template, why) => {
    expect(() => jsonpath(template)(root)).toThrow(why);
  });

  test.each([
    ["{.items[7].name}", "index 7 of a list of 3"],
    ["{.items[-4].name}", "index -4 of a list of 3"],
    ["{.items[0:9].name}", "0:9 of a list of 3"],
    ["{.items[0][0]}", "items of a map, which is no list"],
    ["{.kind[0]}", 'items of "List", which is no list'],
    ["{.items[?(@.name>1)].name}", 'compares "a" with 1'],
    ["{.items[?(@.n=='1')].name}", 'compares 1 with "1"'],
  ])("%s fails rather than print nothing", (template, why) => {
    expect(() => jsonpath(template)(root)).toThrow(why);
  });

  test.each([
    [".labels.x\\.y/z", ["1"]],
    ["{.labels['x\\.y/z']}", ["1"]],
    ["labels['x.y/z']", ["1"]],
    [".tags[7]", []],
    ["{.name}", ["a"]],
  ])("valuesAt finds the values at %s", (path, expected) => {
    expect(valuesAt(path)({ name: "a", labels: { "x.y/z": "1" }, tags: ["t"] })).toEqual(expected);
  });

  test("a prototype is no field", () => expect(jsonpath("{.constructor.name}")(root)).toBe(""));
});
