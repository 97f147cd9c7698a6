/** Keys and passwords of a system on one machine, made at its first start. */
import { randomBytes } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { z } from "zod";
import { writeAtomically } from "../write-file.ts";
import { edgeKeys, newKeys } from "./keys.ts";

const keptSecrets = edgeKeys.extend({ STORE_PASSWORD: z.string() });

export type KeptSecrets = z.infer<typeof keptSecrets>;

/** @throws Error where the file is damaged: new keys could not read what the old ones sealed. */
export function loadSecrets(file: string): { secrets: KeptSecrets; isNew: boolean } {
  if (!existsSync(file)) {
    const secrets = { ...newKeys(), STORE_PASSWORD: randomBytes(18).toString("base64url") };
    writeAtomically(file, `${JSON.stringify(secrets, null, 2)}\n`, 0o600);
    return { secrets, isNew: true };
  }
  try {
    return { secrets: keptSecrets.parse(JSON.parse(readFileSync(file, "utf8"))), isNew: false };
  } catch (cause) {
    throw new Error(
      `${file} is damaged, and without its keys nothing that was sealed can be read. Put a copy of it back, or begin anew with --fresh.`,
      { cause },
    );
  }
}
