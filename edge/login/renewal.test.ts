import { expect, test } from "vitest";
import { judgeRenewal, type KnownLogin } from "./renewal.ts";

const login: KnownLogin = { hash: "next", revoked: false, because: null, expired: false, renewedAgo: 1 };

test.each([0, 1, 59, 60, -1, -60])(
  "a token whose successor is current is answered again %d s after its renewal",
  (s) => {
    expect(judgeRenewal({ ...login, renewedAgo: s }, "next")).toEqual({ is: "repeated" });
  },
);

test.each([60.1, 61, 3_600, -61, -3_600, null])("and is reuse %s s after", (renewedAgo) => {
  expect(judgeRenewal({ ...login, renewedAgo }, "next")).toEqual({ is: "reused" });
});

test.each([0, 59, 61, null])("a token whose successor is not current is reuse, also %s s after", (renewedAgo) => {
  expect(judgeRenewal({ ...login, renewedAgo }, "other")).toEqual({ is: "reused" });
});

test.each(["next", "other"])("a login that is over stays so, whatever comes (successor %s)", (successor) => {
  expect(judgeRenewal({ ...login, expired: true }, successor)).toEqual({ is: "ended", because: "expired" });
  expect(judgeRenewal({ ...login, revoked: true }, successor)).toEqual({ is: "ended", because: undefined });
  for (const because of ["reused", "logged-out", "deleted", "password-changed", "too-many"] as const)
    expect(judgeRenewal({ ...login, revoked: true, expired: true, because }, successor)).toEqual({
      is: "ended",
      because,
    });
});
