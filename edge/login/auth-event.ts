/** What is remembered of logging in and of credentials coming and going; never a credential. */
import type { AuthAction } from "#db/protocol/audit";
import { whoDid } from "../audit/trail.ts";
import type { Call } from "../http/call.ts";
import { addressOf } from "../identity/address.ts";

export interface AuthEvent {
  action: AuthAction;
  /** Whom it is about, where nobody is calling yet: a user's name, or what was typed as the account. */
  account?: string;
  [fact: string]: unknown;
}

const nobody = { tokenName: null, tokenHash: null, project: null };

export function recordAuth(call: Call, event: AuthEvent): void {
  const who = call.callerIfAny?.principal;
  call.deps.audit.record(
    {
      kind: "auth",
      ...(who ? whoDid(who) : { ...nobody, principal: event.account ?? null }),
      correlation: call.requestId,
      payload: { ...event, address: addressOf(call.request) ?? null },
    },
    call.waitUntil,
  );
}
