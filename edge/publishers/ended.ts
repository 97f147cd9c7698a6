/** What the audit trail has of a publisher that was ended because its right went. Pure. */
import type { AuditEvent, AuthAction } from "#db/protocol/audit";
import type { Identity } from "./identity.ts";

/**
 * @param llms that it published until then.
 * @param because in words, as its publisher is told.
 */
export function publisherEnded(
  { session, ownerName }: Identity,
  llms: readonly string[],
  because: string,
): Omit<AuditEvent, "id" | "time"> {
  const action: AuthAction = "publisher-ended";
  return {
    kind: "auth",
    principal: ownerName ?? null,
    tokenName: null,
    tokenHash: null,
    project: null,
    // No request ended it: a right went, or its time was over.
    correlation: null,
    payload: { action, resource: "publisher", name: session, llms, because },
  };
}
