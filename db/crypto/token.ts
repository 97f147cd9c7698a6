/**
 * Opaque credentials: `mcpctl_pat_` + 32 random bytes in base62 + a 6-character checksum, so that a scanner of leaked
 * secrets recognises one and a mistyped one is refused without asking the store. Stored as SHA-256 only.
 */
const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/** 62^43 > 2^256. */
const BODY = 43;
const CHECK = 6;
/** Bits. */
const HALF = 128n;

export const TOKEN_PREFIX = "mcpctl_pat_";

const pattern = new RegExp(`^mcpctl_[a-z]{2,4}_[0-9A-Za-z]{${BODY + CHECK}}$`);

/**
 * @param prefix names what the credential is for; leak scanners know it.
 * @param family of the token that this one replaces: the first half of both is the same, and the other half is new.
 * @param random 32 bytes that nobody can guess. The same make the same token.
 */
export function mintToken(
  prefix: string = TOKEN_PREFIX,
  family?: string,
  random: Uint8Array = crypto.getRandomValues(new Uint8Array(32)),
): string {
  const fresh = number(random);
  const body = base62(family === undefined ? fresh : (BigInt(`0x${family}`) << HALF) | (fresh & ((1n << HALF) - 1n)));
  return prefix + body + checksum(prefix + body);
}

/** What a token shares with those that it replaces and that replace it: 128 bits, in hexadecimal. As secret as the token. */
export function familyOf(token: string): string {
  let n = 0n;
  for (const c of token.slice(-BODY - CHECK, -CHECK)) n = n * 62n + BigInt(alphabet.indexOf(c));
  return ((n >> HALF) & ((1n << HALF) - 1n)).toString(16).padStart(32, "0");
}

/** Whether a string can be a token of ours at all; says nothing about whether it is valid. */
export function looksLikeToken(s: string): boolean {
  return pattern.test(s) && checksum(s.slice(0, -CHECK)) === s.slice(-CHECK);
}

/** SHA-256 in hexadecimal: what is stored and looked up. */
export async function hashToken(token: string): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(token)));
  return Array.from(digest, (b) => b.toString(16).padStart(2, "0")).join("");
}

function number(bytes: Uint8Array): bigint {
  let n = 0n;
  for (const b of bytes) n = (n << 8n) | BigInt(b);
  return n;
}

function base62(value: bigint): string {
  let n = value;
  let out = "";
  for (let i = 0; i < BODY; i++) {
    out = alphabet[Number(n % 62n)] + out;
    n /= 62n;
  }
  return out;
}

/** CRC-32 (IEEE) in base62. Finds typing errors; no secret. */
function checksum(s: string): string {
  let crc = 0xffffffff;
  for (let i = 0; i < s.length; i++) {
    crc ^= s.charCodeAt(i);
    for (let k = 0; k < 8; k++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  let n = (crc ^ 0xffffffff) >>> 0;
  let out = "";
  for (let i = 0; i < CHECK; i++) {
    out = alphabet[n % 62] + out;
    n = Math.floor(n / 62);
  }
  return out;
}
