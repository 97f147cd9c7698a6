import * as oauth from "oauth4webapi";
import { expect, test } from "vitest";
import { faultOf } from "./fault.ts";

const exported: readonly unknown[] = Object.values(oauth);
const codes = exported.filter((value) => typeof value === "string").filter((text) => text.startsWith("OAUTH_"));
const coded = (code: string, cause?: unknown) => new oauth.OperationProcessingError("words", { code, cause });

test("every code that the library has is known", () => {
  expect(codes.length).toBeGreaterThan(15);
  expect(codes.filter((code) => faultOf(coded(code)) === undefined)).toEqual([]);
});

test("what comes with a code is told with it, and nothing that has not its form", () => {
  const claims = { exp: 1 };
  expect(faultOf(coded(oauth.JWT_TIMESTAMP_CHECK, { claim: "exp", claims, now: 2 }))).toEqual({
    kind: "time",
    claim: "exp",
    claims,
  });
  expect(faultOf(coded(oauth.INVALID_RESPONSE, { body: [] }))).toEqual({ kind: "unreadable", body: {} });
  for (const cause of [undefined, null, "text", 7, new Response("{}"), new URLSearchParams("body=1"), [claims]])
    expect(faultOf(coded(oauth.INVALID_RESPONSE, cause))).toMatchObject({ kind: "unreadable" });
});

test.each([
  new Error("any"),
  new TypeError("Invalid URL"),
  Object.assign(new Error("x"), { code: "constructor" }),
  { code: oauth.PARSE_ERROR },
  "text",
  undefined,
])("what is not the library's is nothing that is known: %s", (error) => {
  expect(faultOf(error)).toBeUndefined();
});
