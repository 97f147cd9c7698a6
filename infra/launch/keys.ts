/** The edge's keys, as edge/env.ts describes them. */
import { generateKeyPairSync, randomBytes } from "node:crypto";
import { z } from "zod";

export const edgeKeys = z.object({ KEY_ENCRYPTION: z.string(), SIGNING_KEY: z.string(), BOOTSTRAP_SECRET: z.string() });

export type EdgeKeys = z.infer<typeof edgeKeys>;

export function newKeys(): EdgeKeys {
  const jwk = generateKeyPairSync("ed25519").privateKey.export({ format: "jwk" });
  return {
    KEY_ENCRYPTION: randomBytes(32).toString("base64"),
    SIGNING_KEY: JSON.stringify({ ...jwk, alg: "EdDSA", use: "sig", kid: randomBytes(8).toString("base64url") }),
    BOOTSTRAP_SECRET: randomBytes(24).toString("base64url"),
  };
}
