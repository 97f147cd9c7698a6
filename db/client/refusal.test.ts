import { expect, test } from "vitest";
import { readProblem, readRefusal, retryAfterOf } from "./refusal.ts";

test.each([
  ['{"code":"not_found","detail":"There is none.","hint":"Look."}', "not_found", "There is none.", "Look."],
  ['{"title":"Not found","status":404}', undefined, "Not found", undefined],
  ['{"error":{"message":"No such model.","code":"model_not_found"}}', "model_not_found", "No such model.", undefined],
  ['{"error":{"message":"Busy.","type":"overloaded_error"}}', "overloaded_error", "Busy.", undefined],
  ["<html>Sign in to the network</html>", undefined, undefined, undefined],
  ['["a"]', undefined, undefined, undefined],
  ['"words"', undefined, undefined, undefined],
  ["null", undefined, undefined, undefined],
  ["", undefined, undefined, undefined],
])("%s says code %s, message %s, hint %s", (text, code, message, hint) => {
  const said = readRefusal(text);
  expect([said.code, said.message, said.hint]).toEqual([code, message, hint]);
});

test("a model server's error is no problem of the API", () => {
  const [theirs, ours] = ['{"error":{"message":"No.","code":"not_found"}}', '{"code":"not_found","detail":"No."}'];
  expect([readProblem(theirs), readProblem(ours)]).toEqual([{}, { code: "not_found", message: "No." }]);
});

test("faults are kept, with what is in them as text", () => {
  const errors = [{ path: "spec.url", message: "must be a URL", given: 3 }, "odd"];
  expect(readRefusal(JSON.stringify({ detail: "No.", errors })).faults).toEqual([
    { path: "spec.url", message: "must be a URL", given: "3" },
    { path: "", message: "is not valid" },
  ]);
});

test.each([
  ["7", 7],
  ["soon", undefined],
  ["Wed, 21 Oct 2026 07:28:00 GMT", undefined],
])("Retry-After %s is %s seconds", (value, seconds) => {
  expect(retryAfterOf(new Headers({ "retry-after": value }))).toBe(seconds);
  expect(retryAfterOf(new Headers())).toBeUndefined();
});
