/** Whether one of the provider's keys has signed an ID token. */
import * as oauth from "oauth4webapi";
import { Refusal } from "#db/protocol/errors";
import { faultOf } from "./fault.ts";
import { refused } from "./id-token.ts";
import type { Description } from "./metadata.ts";

/** The keys that are held, and once more those that the provider has by now; undefined: not again so soon. */
export interface Keys {
  held(): Promise<oauth.JWKS>;
  newer(): Promise<oauth.JWKS | undefined>;
}

/** @param answer the token endpoint's, whose ID token the library has read. @throws Refusal credential_refused, provider_… */
export async function verifySignature(as: Description, answer: Response, keys: Keys): Promise<void> {
  if ((await tryKeys(as, answer, await keys.held())) === "verified") return;
  // A key is new; or it was replaced and its name kept.
  const newer = await keys.newer();
  if (!newer)
    throw new Refusal("credential_refused", "The provider signed the login with a key that it does not publish.", {
      hint: "If it has just changed its keys, try again in a minute.",
    });
  switch (await tryKeys(as, answer, newer)) {
    case "verified":
      return;
    case "unusable":
      throw refused("the key that the provider publishes for it is broken or too short (RSA: 2,048 bits or more)");
    case "unknown":
      throw refused("no key that the provider publishes has signed it");
  }
}

/**
 * One key after the other: the library takes a set, but refuses one in which two keys could be meant, and a token need not name its key.
 * A set that it is given as fresh it does not ask for; what it remembers, it remembers of the object that describes the provider, so each
 * try has its own: no request is to wait for what another began.
 */
async function tryKeys(
  as: Description,
  answer: Response,
  { keys }: oauth.JWKS,
): Promise<"verified" | "unusable" | "unknown"> {
  let unusable = false;
  let another = false;
  for (const key of keys) {
    const held = { jwks: { keys: [{ ...key }] }, uat: Math.floor(Date.now() / 1000) };
    try {
      await oauth.validateApplicationLevelSignature({ ...as }, answer, { [oauth.jwksCache]: held });
      return "verified";
    } catch (error) {
      const kind = faultOf(error)?.kind;
      if (kind === "unreadable") another = true;
      // What is wrong with a key, the library and the runtime say in errors of many kinds.
      else if (kind !== "key") unusable = true;
    }
  }
  return unusable && !another ? "unusable" : "unknown";
}
