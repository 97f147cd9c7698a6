/**
 * What renews a login. Its successor is made from it with a key that only the edge has: so that a renewal whose answer got lost
 * can be answered again with the same one although no token is kept, and so that neither an old token alone nor the store alone
 * leads to one that is good.
 */
import { createHmac, hkdfSync } from "node:crypto";
import { familyOf, looksLikeToken, mintToken } from "#db/crypto/token";
import { hashCredential } from "../identity/credential.ts";
import type { Settings } from "../settings.ts";

/** Never accepted as a bearer: only `findPointer`'s tokens are. */
const PREFIX = "mcpctl_rt_";

/** 32 bytes. */
export type SuccessorKey = Uint8Array;

/** Derived (RFC 5869), so that the key that seals secrets seals and does nothing else. */
export const successorKey = ({ keyEncryption }: Pick<Settings, "keyEncryption">): SuccessorKey =>
  new Uint8Array(hkdfSync("sha256", Buffer.from(keyEncryption, "base64"), "", "mcpctl refresh token successor", 32));

export const mintRefreshToken = (): string => mintToken(PREFIX);

/** Whether a string can be one at all. */
export const isRefreshToken = (s: string): boolean => s.startsWith(PREFIX) && looksLikeToken(s);

/** Always the same for the same token. */
export const successorOf = (key: SuccessorKey, token: string): string =>
  mintToken(PREFIX, familyOf(token), createHmac("sha256", key).update(token).digest());

/** What a login's row is found by, whichever of its tokens comes. */
export const familyHash = (token: string): string => hashCredential(familyOf(token));
