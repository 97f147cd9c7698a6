/**
 * Envelope encryption of secret values at rest: AES-256-GCM (NIST SP 800-38D) with a data key per secret, which the key-encryption key
 * encrypts. The context (the owner of the values) is authenticated, so that an encrypted value can't be moved to another row.
 */
import { z } from "zod";

export const sealed = z.strictObject({
  v: z.literal(1),
  /** First 8 hexadecimal characters of SHA-256 of the key-encryption key: tells which key to use after a rotation. */
  kek: z.string(),
  /** Data key, wrapped: 12 bytes IV, then ciphertext, base64. */
  key: z.string(),
  /** JSON of the values: 12 bytes IV, then ciphertext, base64. */
  data: z.string(),
});
export type Sealed = z.infer<typeof sealed>;

/** WebCrypto's key type, which has different names in the runtimes' types. */
type Key = Awaited<ReturnType<typeof crypto.subtle.importKey>>;

export interface SealingKey {
  id: string;
  key: Key;
}

/** @param base64 32 bytes. */
export async function importSealingKey(base64: string): Promise<SealingKey> {
  const raw = fromBase64(base64);
  if (raw.length !== 32) throw new Error("a key-encryption key has 32 bytes");
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", raw));
  const id = Array.from(digest.subarray(0, 4), (b) => b.toString(16).padStart(2, "0")).join("");
  return { id, key: await crypto.subtle.importKey("raw", raw, "AES-GCM", false, ["encrypt", "decrypt"]) };
}

/** @param context what the values belong to, such as `secret/<id>`. */
export async function seal(kek: SealingKey, context: string, values: Record<string, string>): Promise<Sealed> {
  const raw = crypto.getRandomValues(new Uint8Array(32));
  const key = await crypto.subtle.importKey("raw", raw, "AES-GCM", false, ["encrypt"]);
  return {
    v: 1,
    kek: kek.id,
    key: await encrypt(kek.key, context, raw),
    data: await encrypt(key, context, Uint8Array.from(new TextEncoder().encode(JSON.stringify(values)))),
  };
}

/** @throws Error if the key is wrong, or the value was moved or changed. */
export async function unseal(kek: SealingKey, context: string, box: Sealed): Promise<Record<string, string>> {
  if (box.kek !== kek.id)
    throw new Error(`encrypted with key ${box.kek}, but KEY_ENCRYPTION is ${kek.id}: set the key that encrypted it`);
  const raw = await decrypt(kek.key, context, box.key);
  const key = await crypto.subtle.importKey("raw", raw, "AES-GCM", false, ["decrypt"]);
  const text = new TextDecoder().decode(await decrypt(key, context, box.data));
  return z.record(z.string(), z.string()).parse(JSON.parse(text));
}

async function encrypt(key: Key, context: string, data: Uint8Array<ArrayBuffer>): Promise<string> {
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const out = new Uint8Array(await crypto.subtle.encrypt(gcm(iv, context), key, data));
  return toBase64(iv) + toBase64(out);
}

async function decrypt(key: Key, context: string, box: string): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = fromBase64(box);
  return new Uint8Array(await crypto.subtle.decrypt(gcm(bytes.subarray(0, 12), context), key, bytes.subarray(12)));
}

const gcm = (iv: Uint8Array<ArrayBuffer>, context: string) => ({
  name: "AES-GCM",
  iv,
  additionalData: new TextEncoder().encode(context),
});

/** 12 bytes are 16 characters without padding, so IV and ciphertext can stand one after the other. */
function toBase64(bytes: Uint8Array): string {
  let s = "";
  for (const b of bytes) s += String.fromCharCode(b);
  return btoa(s);
}

function fromBase64(s: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(s), (c) => c.charCodeAt(0));
}
