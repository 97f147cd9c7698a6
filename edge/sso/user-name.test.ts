import fc from "fast-check";
import { expect, test } from "vitest";
import { dnsLabel } from "#db/schema/field";
import { candidates, nameFrom } from "./user-name.ts";

test.each([
  ["ada@example.com", "ada"],
  ["Ada.Lovelace+work@example.com", "ada-lovelace"],
  ["zoë.müller@example.com", "zoe-muller"],
  ["_x_@example.com", "x"],
  ["名@example.com", "user"],
  ["+@example.com", "user"],
  [`${"a".repeat(47)}-b@example.com`, "a".repeat(47)],
])("%s is called %s", (email, name) => {
  expect(nameFrom(email)).toBe(name);
});

test("whatever the address, every name is one that a user may have, and no two are the same", () => {
  fc.assert(
    fc.property(fc.string(), (local) => {
      const names = [...candidates(`${local}@example.com`, "abcd1234")];
      expect(names.filter((n) => !dnsLabel.safeParse(n).success)).toEqual([]);
      expect(new Set(names).size).toBe(names.length);
    }),
  );
});
