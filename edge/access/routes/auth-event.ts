/** What is remembered of logging in and of credentials coming and going; never a credential. */
import type { Call } from "../../call.ts";
import { addressOf } from "../address.ts";
import type { Principal } from "../principal.ts";

export interface AuthEvent {
  action:
    | "bootstrap"
    | "login"
    | "login-failed"
    | "login-throttled"
    | "refresh-reused"
    | "logout"
    | "token-minted"
    | "token-revoked"
    | "user-created"
    | "identity-linked"
    | "identity-unlinked"
    | "groups-changed"
    | "device-approved"
    | "device-denied";
  /** Whom it is about, where nobody is calling yet: a user's name, or what was typed as the account. */
  account?: string;
  [fact: string]: unknown;
}

export function recordAuth(call: Call, event: AuthEvent): void {
  const principal: Partial<Principal> = call.callerIfAny?.principal ?? {};
  call.deps.audit.record(
    {
      kind: "auth",
      principal: principal.name ?? event.account ?? null,
      tokenName: principal.tokenName ?? null,
      tokenHash: principal.tokenHash8 ?? null,
      project: principal.project ?? null,
      correlation: call.request.headers.get("cf-ray"),
      payload: { ...event, address: addressOf(call.request) ?? null },
    },
    call.waitUntil,
  );
}
