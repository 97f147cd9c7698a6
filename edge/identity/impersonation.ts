/** Acting as a service account without a token of it: `X-Service-Account`, for who may run:impersonate. Pure. */

import { parseAccount, type ServiceAccount } from "#db/kinds/parts/service-account";
import { Refusal, refuse } from "#db/protocol/errors";
import { allowsOperation } from "../rights/decide.ts";
import { impersonatedPointer } from "./accounts.ts";
import type { Caller } from "./principal.ts";
import type { Pointer } from "./profile.ts";

export const accountWanted = (headers: Headers): string | null => headers.get("x-service-account");

/** @throws Refusal not_allowed for who may not, invalid_request for what is no account */
export function accountToBe(caller: Caller, wanted: string): ServiceAccount {
  if (!allowsOperation(caller.grants, "impersonate"))
    refuse("not_allowed", "You are not allowed to act as a service account: it needs run:impersonate.", {
      permission: "run:impersonate",
      hint: "Leave X-Service-Account out, or ask somebody who can edit rbac for that operation.",
    });
  return (
    parseAccount(wanted) ??
    refuse("invalid_request", "X-Service-Account: expected a service account.", {
      param: "x-service-account",
      hint: "Write namespace/name for one of the cluster `default`, or cluster/namespace/name.",
    })
  );
}

export const asked = (account: ServiceAccount): { pointer: Pointer; expiresAt: number } => ({
  pointer: impersonatedPointer(account),
  expiresAt: Number.POSITIVE_INFINITY,
});

/** What the account may, and who it really is. */
export const acting = (caller: Caller, { principal, grants }: Caller): Caller => ({
  principal: { ...principal, impersonator: caller.principal },
  grants,
  ...(caller.expiresAt === undefined ? {} : { expiresAt: caller.expiresAt }),
});

export function noCluster({ cluster }: ServiceAccount): Refusal {
  return new Refusal("invalid_request", `X-Service-Account: there is no cluster ${JSON.stringify(cluster)}.`, {
    param: "x-service-account",
    hint: "Write cluster/namespace/name; `mcpctl get clusters` lists what there is.",
  });
}
