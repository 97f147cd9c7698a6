/**
 * Opaque credentials: `mcpctl_pat_` + 32 random bytes in base62 + a 6-character checksum, so that a scanner of leaked
 * secrets recognises one and a mistyped one is refused without asking the store. Stored as SHA-256 only.
 */
const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/** 62^43 > 2^256. */
const BODY = 43;
const CHECK = 6;

export const TOKEN_PREFIX = "mcpctl_pat_";

const pattern = new RegExp(`^mcpctl_[a-z]{2,4}_[0-9A-Za-z]{${BODY + CHECK}}$`);

/** @param prefix names what the credential is for; leak scanners know it. */
export function mintToken(prefix: string = TOKEN_PREFIX): string {
  const body = base62(crypto.getRandomValues(new Uint8Array(32)));
  return prefix + body + checksum(prefix + body);
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

function base62(bytes: Uint8Array): string {
  let n = 0n;
  for (const b of bytes) n = (n << 8n) | BigInt(b);
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
