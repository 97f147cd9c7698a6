/**
 * Passwords at rest: scrypt, memory-hard and native in workerd. N=2^15, r=8, p=3 is one of the equivalent settings of
 * OWASP's Password Storage Cheat Sheet (32 MiB a computation, a quarter of an isolate).
 */
import { randomBytes, scrypt, timingSafeEqual } from "node:crypto";

interface Cost {
  N: number;
  r: number;
  p: number;
}

const cost: Cost = { N: 2 ** 15, r: 8, p: 3 };
const KEY_BYTES = 32;
const SALT_BYTES = 16;

/** @returns `scrypt$N$r$p$salt$key`, salt and key in base64url: it says itself how it was made, so that costs can rise. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const key = await derive(password, salt, cost);
  return ["scrypt", cost.N, cost.r, cost.p, salt.toString("base64url"), key.toString("base64url")].join("$");
}

/** What a password of nobody is compared with, so that an unknown account takes as long as a known one. */
const nobody = ["scrypt", cost.N, cost.r, cost.p, "A".repeat(22), "A".repeat(43)].join("$");

/**
 * Takes as long for an account without a password (`undefined`) as for one with, and is false then.
 * @throws Error when `stored` was not made by `hashPassword`.
 */
export async function verifyPassword(password: string, stored: string | undefined): Promise<boolean> {
  const [scheme, N, r, p, salt, key] = (stored ?? nobody).split("$");
  if (scheme !== "scrypt" || !N || !r || !p || !salt || !key) throw new Error("a stored password hash is malformed");
  const expected = Buffer.from(key, "base64url");
  const actual = await derive(password, Buffer.from(salt, "base64url"), { N: Number(N), r: Number(r), p: Number(p) });
  return timingSafeEqual(actual, expected) && stored !== undefined;
}

/** The same text typed on two keyboards may be composed differently: NFKC (RFC 8265) makes it one. */
function derive(password: string, salt: Uint8Array, { N, r, p }: Cost): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(password.normalize("NFKC"), salt, KEY_BYTES, { N, r, p, maxmem: 256 * N * r }, (error, key) =>
      error ? reject(error) : resolve(key),
    );
  });
}
