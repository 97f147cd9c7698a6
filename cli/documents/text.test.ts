import { expect, test } from "vitest";
import { decode, LARGEST_BYTES, mustBeSmall } from "./text.ts";

const bytes = (...parts: (string | number[])[]) =>
  Buffer.concat(parts.map((p) => (typeof p === "string" ? Buffer.from(p) : Buffer.from(p))));

test("UTF-8 is read, with and without a byte order mark", () => {
  expect(decode(bytes("kind: llm\nname: ü 🦉\n"), "f")).toBe("kind: llm\nname: ü 🦉\n");
  expect(decode(bytes([0xef, 0xbb, 0xbf], "kind: llm\n"), "f")).toBe("kind: llm\n");
});

test("anything else is refused with its line, and no letter becomes another", () => {
  expect(() => decode(bytes("kind: llm\nname: ", [0xfc], "\n"), "f")).toThrow("f:2: is not UTF-8.");
  expect(() => decode(bytes([0xff]), "f")).toThrow("f:1: is not UTF-8.");
  expect(() => decode(bytes([0xff, 0xfe], "k\0i\0"), "f")).toThrow("f is UTF-16.");
});

test("more than anybody writes by hand is refused before it is read", () => {
  expect(() => mustBeSmall(LARGEST_BYTES, "f")).not.toThrow();
  expect(() => mustBeSmall(LARGEST_BYTES + 1, "f")).toThrow("f is larger than 16 MiB.");
});
