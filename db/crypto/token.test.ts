import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { familyOf, hashToken, looksLikeToken, mintToken } from "./token.ts";

describe("opaque tokens", () => {
  test("are recognised by their shape and never repeat", () => {
    const made = new Set(Array.from({ length: 200 }, () => mintToken()));
    expect(made.size).toBe(200);
    for (const t of made) {
      expect(t).toMatch(/^mcpctl_pat_[0-9A-Za-z]{49}$/);
      expect(looksLikeToken(t)).toBe(true);
    }
  });

  test("any single mistyped character is noticed", () => {
    const t = mintToken();
    fc.assert(
      fc.property(fc.integer({ min: 11, max: t.length - 1 }), fc.constantFrom(..."0aZ9q"), (at, c) => {
        const typo = t.slice(0, at) + c + t.slice(at + 1);
        expect(looksLikeToken(typo)).toBe(typo === t);
      }),
    );
  });

  test("nothing else looks like one", () => {
    fc.assert(fc.property(fc.string(), (s) => !looksLikeToken(s)));
    for (const s of ["", "mcpctl_pat_", "sk-abc", `mcpctl_pat_${"0".repeat(49)}`])
      expect(looksLikeToken(s)).toBe(false);
  });

  test("that replace one another have a family, and nothing else in common", () => {
    const first = mintToken("mcpctl_rt_");
    const line = [first];
    for (let i = 0; i < 20; i++) line.push(mintToken("mcpctl_rt_", familyOf(line.at(-1) ?? "")));
    expect(new Set(line).size).toBe(line.length);
    expect(new Set(line.map(familyOf)).size).toBe(1);
    for (const t of line) expect(looksLikeToken(t)).toBe(true);
    expect(familyOf(first)).toMatch(/^[0-9a-f]{32}$/);
    expect(familyOf(mintToken("mcpctl_rt_"))).not.toBe(familyOf(first));
  });

  test("hash to SHA-256 in hexadecimal", async () => {
    expect(await hashToken("abc")).toBe("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  });
});
