import fc from "fast-check";
import { expect, test } from "vitest";
import { type Frame, FrameError, FrontendFrames, message, renameStatement, statementsIn } from "./frames.ts";

const startup = Buffer.from([0, 0, 0, 9, 0, 3, 0, 0, 0]);
const stream = [startup, message("Q", "select 1"), message("P", "name", "select 2"), message("S"), message("X")];

test("however the bytes are cut, the messages are the same", () => {
  const bytes = Buffer.concat(stream);
  fc.assert(
    fc.property(fc.uniqueArray(fc.integer({ min: 1, max: bytes.length - 1 })), (cuts) => {
      const frames = new FrontendFrames(1000);
      const at = [0, ...cuts.sort((a, b) => a - b), bytes.length];
      const seen = at.slice(1).flatMap((end, i) => frames.push(bytes.subarray(at[i], end)));
      expect(seen.map((f: Frame) => (f.is === "message" ? f.type : f.is))).toEqual(["startup", "Q", "P", "S", "X"]);
    }),
  );
});

test.each([
  ["too long", Buffer.from([0, 1, 0, 0])],
  ["too short", Buffer.from([0, 0, 0, 4])],
  ["negative", Buffer.from([255, 255, 255, 255])],
  ["another protocol", Buffer.from([0, 0, 0, 8, 0, 2, 0, 0])],
])("a start that is %s is refused", (_why, bytes) => {
  expect(() => new FrontendFrames(1000).push(bytes)).toThrow(FrameError);
});

test("only messages that run something count as statements", () => {
  const frames = new FrontendFrames(1000, true).push(
    Buffer.concat([message("P", "", "x"), message("E", ""), message("Q", "x")]),
  );
  expect(frames.map(statementsIn)).toEqual([0, 1, 1]);
});

test("statements are renamed where they stand, the unnamed one and portals are not", () => {
  const rename = (name: string) => `c1_${name}`;
  expect(renameStatement(message("P", "s", "select 1"), rename)).toEqual(message("P", "c1_s", "select 1"));
  expect(renameStatement(message("B", "portal", "s"), rename)).toEqual(message("B", "portal", "c1_s"));
  expect(renameStatement(message("D", "Ss"), rename)).toEqual(message("D", "Sc1_s"));
  for (const same of [message("P", "", "select 1"), message("D", "Pportal"), message("B", "", ""), message("Q", "s")])
    expect(renameStatement(same, rename)).toEqual(same);
});
