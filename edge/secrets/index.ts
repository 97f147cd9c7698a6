/** Values of secrets, sealed in their rows. Nothing here is ever part of an answer. */
import { importSealingKey, type Sealed, type SealingKey, seal, sealed, unseal } from "#db/crypto/sealing";
import type { Settings } from "../settings.ts";

/** The key, not its promise: one request's promise never settles for another when the first one's client hangs up. */
const imported = new WeakMap<Settings, SealingKey>();

async function sealingKey(settings: Settings): Promise<SealingKey> {
  const known = imported.get(settings);
  if (known) return known;
  const key = await importSealingKey(settings.keyEncryption);
  imported.set(settings, key);
  return key;
}

/** @throws Error when the edge's key can't be used: then no secret could be read. */
export async function assertSeals(settings: Settings): Promise<void> {
  await sealingKey(settings);
}

/** What the values belong to is authenticated with them. */
const contextOf = (id: string) => `secret/${id}`;

/** @param id of the secret. */
export async function sealValues(settings: Settings, id: string, values: Record<string, string>): Promise<Sealed> {
  return seal(await sealingKey(settings), contextOf(id), values);
}

/** @throws Error when they were sealed with another key, moved or altered. */
export async function openValues(
  settings: Settings,
  row: { id: string; sealed: Sealed | null },
): Promise<Record<string, string>> {
  return row.sealed ? unseal(await sealingKey(settings), contextOf(row.id), row.sealed) : {};
}

/** Text for whoever must bring it back unread and unaltered. @param context what it is for; never `secret/…`. */
export async function sealText(settings: Settings, context: string, text: string): Promise<string> {
  return Buffer.from(JSON.stringify(await seal(await sealingKey(settings), context, { text }))).toString("base64url");
}

/** @returns undefined for what `sealText` did not make with this edge's key for this context. */
export async function openText(settings: Settings, context: string, box: string): Promise<string | undefined> {
  const key = await sealingKey(settings);
  try {
    const values = await unseal(key, context, sealed.parse(JSON.parse(Buffer.from(box, "base64url").toString())));
    return values["text"];
  } catch {
    // Strangers send what they like.
    return undefined;
  }
}
