import { describe, expect, test } from "vitest";
import { verifies } from "../../tests/requirements.ts";
import { hashPassword, verifyPassword } from "./password.ts";

describe("passwords", () => {
  test("verify against what was made of them, and nothing else does", async () => {
    const stored = await hashPassword("correct horse battery");
    expect(stored).toMatch(/^scrypt\$32768\$8\$3\$[\w-]{22}\$[\w-]{43}$/);
    expect(await verifyPassword("correct horse battery", stored)).toBe(true);
    expect(await verifyPassword("correct horse batterx", stored)).toBe(false);
    expect(await verifyPassword("", stored)).toBe(false);
  });

  test("are salted", async () => {
    expect(await hashPassword("the same again")).not.toBe(await hashPassword("the same again"));
  });

  test("are the same however they are composed", async () => {
    expect(await verifyPassword("cafe\u0301 au lait", await hashPassword("caf\u00e9 au lait"))).toBe(true);
  });

  test("made at another cost still verify", async () => {
    // RFC 7914, section 12: scrypt("password", "NaCl", N=1024, r=8, p=16), its first 32 bytes.
    const key = Buffer.from("fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b373162", "hex");
    const stored = `scrypt$1024$8$16$${Buffer.from("NaCl").toString("base64url")}$${key.toString("base64url")}`;
    expect(await verifyPassword("password", stored)).toBe(true);
    expect(await verifyPassword("Password", stored)).toBe(false);
  });

  test("of nobody never verify", async () => {
    expect(await verifyPassword("anything", undefined)).toBe(false);
  });

  test(verifies("auth.login-uniform", "of nobody take as long as somebody's"), async () => {
    const stored = await hashPassword("somebody's");
    const times: Record<"somebody" | "nobody", number[]> = { somebody: [], nobody: [] };
    const measure = async (whose: keyof typeof times, hash: string | undefined) => {
      const since = performance.now();
      await verifyPassword("a guess", hash);
      times[whose].push(performance.now() - since);
    };
    // In turns, so that what else this machine does falls on both.
    for (let i = 0; i < 3; i++) {
      await measure("somebody", stored);
      await measure("nobody", undefined);
    }
    const [somebody, nobody] = [Math.min(...times.somebody), Math.min(...times.nobody)];
    // A look-up that skipped the hash would be a thousand times as fast; the rest is other work of this machine.
    expect(nobody).toBeGreaterThan(somebody / 3);
    expect(nobody).toBeLessThan(somebody * 3);
  });

  test("whose hash is malformed are an error, not a refusal", async () => {
    await expect(verifyPassword("x", "md5$abc")).rejects.toThrow("malformed");
  });
});
