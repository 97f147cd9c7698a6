/** What a Guard answers, for who asks it. */
import type { Caller } from "./principal.ts";

export type CredentialVerdict =
  /** `at`: as of when, milliseconds since the epoch. */
  | { is: "admitted"; version: string; caller: Caller; expiresAt?: number; at: number }
  /** What the asker has under this version still holds. */
  | { is: "same"; at: number }
  | { is: "denied" }
  /**
   * The store can't be reached, and what is held is too old to go by. `changed`: what is held is known to be wrong, because the Guard
   * was told of a change that it could not read; it may have been a revocation.
   */
  | { is: "unavailable"; changed?: true };

export interface GuardPort {
  /** Judges a credential. `have` is the version that the asker holds, so that large permissions travel once. */
  check(credentialId: string, have?: string): Promise<CredentialVerdict>;
  /** Something that concerns the principal was written. */
  invalidate(): Promise<void>;
  /** The Guard of the cluster that vouches for this account says that something has changed. @returns whether anybody hangs here. */
  passOn(): Promise<boolean>;
  /** A session hangs on this principal, and is told from now on. @returns false where too many do already. */
  depend(name: string): Promise<boolean>;
  /** It is not told any more. */
  release(name: string): Promise<void>;
}
