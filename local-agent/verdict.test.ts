import { describe, expect, test } from "vitest";
import { Failure as AnyFailure } from "#db/client/failure";
import { EdgeRefusal } from "./edge.ts";
import { Failure } from "./failure.ts";
import { finalReason } from "./verdict.ts";

const refused = (status: number, problem?: string) => new EdgeRefusal(status, problem, "words", undefined);
const unreachable = (code: string) =>
  new TypeError("fetch failed", { cause: Object.assign(new Error(code), { code }) });
const exit = (error: unknown, first: boolean) => finalReason(error, "https://edge.example", first)?.exit;

describe("what trying again can't mend", () => {
  test("a conflict is 1, a missing permission 4, a credential that does not count 4, whenever they come", () => {
    for (const first of [true, false]) {
      expect(exit(refused(409, "publisher_conflict"), first)).toBe(1);
      expect(exit(refused(403, "not_allowed"), first)).toBe(4);
      expect(exit(refused(401, "not_authenticated"), first)).toBe(4);
      expect(exit(refused(400, "invalid_request"), first)).toBe(1);
      expect(exit(new Failure(2, "x"), first)).toBe(2);
      expect(exit(new AnyFailure("the login is over", { exit: 4 }), first)).toBe(4);
    }
  });

  test("a wrong address is 5 at first; later it is a proxy's bad moment", () => {
    for (const error of [refused(404), refused(301), unreachable("ENOTFOUND"), unreachable("CERT_HAS_EXPIRED")]) {
      expect(exit(error, true)).toBe(5);
      expect(exit(error, false)).toBeUndefined();
    }
  });

  test("an edge that is down, restarts or is busy is tried again", () => {
    for (const first of [true, false])
      for (const error of [
        unreachable("ECONNREFUSED"),
        refused(502),
        refused(503, "store_unavailable"),
        refused(429, "rate_limited"),
        new Error("silent"),
        new AnyFailure("the login can't be renewed", { exit: 5, cause: unreachable("ECONNREFUSED") }),
      ])
        expect(exit(error, first)).toBeUndefined();
  });
});
