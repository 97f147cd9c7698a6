import { describe, expect, test } from "vitest";
import { expiresAt, lifeOf, tokenState } from "./token-state.ts";

const now = Date.parse("2026-11-23T12:00:00Z");
const iso = (expiry: string) => {
  const at = expiresAt(expiry, now);
  return at instanceof Date ? at.toISOString() : at;
};

describe("expiry", () => {
  test.each([
    ["12h", "2026-11-24T00:00:00.000Z"],
    ["30d", "2026-12-23T12:00:00.000Z"],
    ["90m", "2026-11-23T13:30:00.000Z"],
    ["2w", "2026-12-07T12:00:00.000Z"],
    ["1y", "2027-11-23T12:00:00.000Z"],
    ["2026-11-24", "2026-11-24T00:00:00.000Z"],
    ["2026-11-23T14:00:00+01:00", "2026-11-23T13:00:00.000Z"],
  ])("%s", (expiry, at) => {
    expect(iso(expiry)).toBe(at);
  });

  test("what can be kept ends in the year 9999, and no span comes near it", () => {
    expect(() => lifeOf("9999-12-31T23:59:59-23:59", {}, now)).toThrow("beyond the year 9999");
    for (const longest of ["99999d", "9999w", "999y"]) expect(iso(longest)).toMatch(/^[23]/);
  });

  test("never", () => {
    expect(expiresAt("never", now)).toBeUndefined();
  });

  test.each(["2026-11-23", "2026-11-23T12:00:00Z", "1999-01-01"])("%s has passed", (expiry) => {
    expect(expiresAt(expiry, now)).toBeNull();
  });
});

describe("state", () => {
  const expiry = new Date(now).toISOString();
  test("active until the moment it expires", () => {
    expect(tokenState({ state: "active", expiresAt: expiry }, now - 1)).toBe("active");
    expect(tokenState({ state: "active", expiresAt: expiry }, now)).toBe("expired");
    expect(tokenState({ state: "active" }, now)).toBe("active");
  });

  test("revoked stays revoked", () => {
    expect(tokenState({ state: "revoked", expiresAt: expiry }, now - 1)).toBe("revoked");
    expect(tokenState({ state: "revoked" }, now + 1)).toBe("revoked");
  });
});
