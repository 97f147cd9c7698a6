import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { eachMember } from "./json-members.ts";

function membersOf(text: string): [string, string][] {
  const found: [string, string][] = [];
  eachMember(text, (name, value) => found.push([name, text.slice(value, value + 3)]));
  return found;
}

describe("members of a JSON object", () => {
  test.each([
    ["{}", []],
    [
      ' {\n"a" : 1 , "b":[{"a":2},"a"]}\n',
      [
        ["a", "1 ,"],
        ["b", '[{"'],
      ],
    ],
    [
      '{"a":1,"a":2,"\\u0061":3}',
      [
        ["a", '1,"'],
        ["a", '2,"'],
        ["a", "3}"],
      ],
    ],
    [
      '{"x":"\\"a\\":1","y\\\\":"\\\\"}',
      [
        ["x", '"\\"'],
        ["y\\", '"\\\\'],
      ],
    ],
    [
      '{"n":[1,-2.5e3,[4,{"n":5}],"6"],"m":-7,"k":[[]]}',
      [
        ["n", "[1,"],
        ["m", "-7,"],
        ["k", "[[]"],
      ],
    ],
    ["[1]", []],
    ["12", []],
  ])("%s", (text, members) => {
    expect(membersOf(text)).toEqual(members);
  });

  test("are all found, in their order, whatever the object", () => {
    const name = fc.oneof(fc.constantFrom("a", "b", 'a"', "\\", "{", ","), fc.string({ unit: "grapheme" }));
    const value = fc.oneof(fc.jsonValue(), fc.array(fc.double({ noNaN: true, noDefaultInfinity: true })));
    const space = fc.constantFrom("", " ", "\n\t", "\r\n");
    fc.assert(
      fc.property(fc.array(fc.tuple(name, value, space, space)), (members) => {
        const text = `{${members.map(([k, v, a, b]) => `${a}${JSON.stringify(k)}${b}:${a}${JSON.stringify(v)}${b}`).join(",")}}`;
        const found: [string, boolean][] = [];
        eachMember(text, (k, at) => {
          const whole = JSON.stringify(members[found.length]?.[1]);
          found.push([k, text.startsWith(whole, at)]);
        });
        expect(found).toEqual(members.map(([k]) => [k, true]));
      }),
      { numRuns: 2000 },
    );
  });
});
