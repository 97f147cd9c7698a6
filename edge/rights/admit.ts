/**
 * The one door: credential → caller → decision, before any handler runs (docs/architecture.md). A handler never checks either by
 * itself; what it may list it asks `visible`.
 */
import { Refusal } from "#db/protocol/errors";
import type { Call } from "../http/call.ts";
import type { Permission, Route } from "../http/route.ts";
import type { Caller } from "../identity/principal.ts";
import { allows, allowsOperation, visible } from "./decide.ts";
import { withinScope } from "./scope.ts";

/**
 * @returns nothing where nothing had to be waited for: a caller who is known has passed, or was refused, when this returns.
 * @throws Refusal not_authenticated, not_allowed, or whatever the route conceals a denial with.
 */
export function admit(route: Route, call: Call): Promise<void> | undefined {
  const { is } = route.permission;
  if (is === "public" || is === "object") return undefined;
  const caller = call.deps.access.authenticate(call.request, call.waitUntil);
  return caller instanceof Promise ? caller.then((c) => decide(route, call, c)) : decide(route, call, caller);
}

function decide(route: Route, call: Call, caller: Caller): Promise<void> | undefined {
  const { permission } = route;
  call.identify(caller);
  if (!withinScope(caller.principal, route.tokenReach, call.params)) throw walled();
  switch (permission.is) {
    case "public":
    case "object":
    case "authenticated":
      return undefined;
    case "owned": {
      const { own, resource } = permission;
      if (own === undefined || visible(caller.grants, own, resource).length > 0) return undefined;
      throw denied(`${own}:${resource}`);
    }
    case "operation":
      if (allowsOperation(caller.grants, permission.action)) return undefined;
      throw denied(`run:${permission.action}`);
    case "resource": {
      const { role, resource } = permission;
      if (permission.listed && visible(caller.grants, role, resource).length > 0) return undefined;
      if (!permission.name) {
        if (allows(caller.grants, { role, resource })) return undefined;
        throw denied(`${role}:${resource}`);
      }
      // Somebody without any binding on the kind learns nothing about which names exist.
      if (!permission.conceal && visible(caller.grants, role, resource).length === 0)
        throw denied(`${role}:${resource}`);
      return decideOn(permission.name(call), permission, call, caller);
    }
  }
}

async function decideOn(
  named: Promise<string> | string,
  { role, resource, conceal }: Extract<Permission, { is: "resource" }>,
  call: Call,
  caller: Caller,
): Promise<void> {
  const name = await named;
  if (allows(caller.grants, { role, resource, name })) return;
  throw (await conceal?.(name, call)) ?? denied(`${role}:${resource}:${name}`);
}

/** Whatever its bindings say: a token is for asking models, not for managing them (docs/kinds/mcptoken.md). */
function walled(): Refusal {
  return new Refusal("not_allowed", "A token does not reach this: only /v1, its own project and /api/v1/auth/me.", {
    permission: "a user's login",
    hint: "Log in as a user (`mcpctl login`) to look at or change resources.",
  });
}

function denied(permission: string): Refusal {
  return new Refusal("not_allowed", `You are not allowed to do this: it needs ${permission}.`, {
    permission,
    hint: "Ask somebody who can edit rbac for that binding; `mcpctl whoami` shows who you are.",
  });
}
