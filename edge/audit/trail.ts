/** Who did it, as the audit trail remembers. */
import type { AuditEvent } from "#db/protocol/audit";
import type { Principal } from "../identity/principal.ts";

type Who = Pick<AuditEvent, "principal" | "impersonator" | "tokenName" | "tokenHash" | "project">;

/** Where somebody acts as somebody else, both: the token is that of who sent the request. */
export function whoDid(principal: Principal): Who {
  const sender: Omit<Principal, "impersonator"> = principal.impersonator ?? principal;
  return {
    principal: principal.name,
    impersonator: principal.impersonator?.name ?? null,
    tokenName: sender.tokenName ?? null,
    tokenHash: sender.tokenHash8 ?? null,
    project: sender.project ?? null,
  };
}
