import { expect, test } from "vitest";
import { exitOf, Failure } from "./failure.ts";

test.each([
  ["not_found", 404, 3],
  ["store_unavailable", 503, 5],
  // The code knows better than the status.
  ["expired_token", 401, 1],
  ["of_a_newer_edge", 403, 4],
  [undefined, 404, 3],
  [undefined, 502, 5],
  [undefined, 418, 1],
] as const)("an answer with code %s and status %i ends a program with %i", (code, status, exit) => {
  expect(exitOf(code, status)).toBe(exit);
});

test("a failure ends with 1 where nothing else is said, and keeps its cause", () => {
  const cause = new Error("deeper");
  const failure = new Failure("No.", { cause, code: "not_found" });
  expect([failure.exit, failure.cause, failure.code]).toEqual([1, cause, "not_found"]);
});
