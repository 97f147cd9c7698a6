import { describe, expect, test } from "vitest";
import type { Refusal } from "#db/protocol/errors";
import { decideAccount, type Found, keepOut } from "./account.ts";
import type { Person } from "./claims.ts";

const ada: Person = {
  issuer: "https://id.example.com",
  subject: "1",
  email: "ada@example.com",
  emailVerified: true,
  displayName: undefined,
  groups: [],
};
const rules = { name: "Id", domains: undefined, createUsers: false };
const nobody: Found = { known: undefined, byEmail: undefined };

function why(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    const { code, message } = error as Refusal;
    return `${code}: ${message}`;
  }
  return "nothing";
}

describe("an account", () => {
  test("that is known is its user, whatever its address", () => {
    for (const email of [undefined, "other@example.com"])
      expect(
        decideAccount({ ...ada, email, emailVerified: false }, { known: "u1", byEmail: undefined }, rules),
      ).toEqual({
        do: "log-in",
        userId: "u1",
      });
  });

  test("with a proven address is linked to the user who has it, unless that user has one of this provider", () => {
    expect(decideAccount(ada, { known: undefined, byEmail: { userId: "u1", linked: false } }, rules)).toEqual({
      do: "link",
      userId: "u1",
    });
    const taken: Found = { known: undefined, byEmail: { userId: "u1", linked: true } };
    expect(why(() => decideAccount(ada, taken, { ...rules, createUsers: true }))).toContain("another account of Id");
  });

  test("whose address is not proven is nobody, even where users are made", () => {
    const found: Found = { known: undefined, byEmail: { userId: "u1", linked: false } };
    for (const createUsers of [true, false])
      expect(why(() => decideAccount({ ...ada, emailVerified: false }, found, { ...rules, createUsers }))).toMatch(
        /^not_allowed: Id does not say that ada@example.com is proven/,
      );
  });

  test("that is new makes a user only where that is wanted", () => {
    expect(why(() => decideAccount(ada, nobody, rules))).toContain("There is no user with the address ada@example.com");
    expect(decideAccount(ada, nobody, { ...rules, createUsers: true })).toEqual({
      do: "create",
      email: "ada@example.com",
    });
    expect(why(() => decideAccount({ ...ada, email: undefined }, nobody, { ...rules, createUsers: true }))).toContain(
      "told no e-mail address",
    );
  });
});

describe("domains", () => {
  const only = { ...rules, domains: ["example.com"] };
  test.each([
    [ada, "nothing"],
    [{ ...ada, email: "ada@sub.example.com" }, "not_allowed: Only addresses of example.com"],
    [{ ...ada, email: "ada@notexample.com" }, "not_allowed: Only addresses of example.com"],
    [{ ...ada, email: '"x@example.com"@evil.example' }, "not_allowed: Only addresses of example.com"],
    [{ ...ada, emailVerified: false }, "not_allowed: Id does not say that"],
    [{ ...ada, email: undefined, emailVerified: false }, "and yours is none"],
  ])("let in by their proven addresses alone: %j", (person, words) => {
    expect(why(() => keepOut(person, only))).toContain(words);
  });

  test("that are not given keep nobody out", () => {
    expect(why(() => keepOut({ ...ada, email: undefined, emailVerified: false }, rules))).toBe("nothing");
  });
});
