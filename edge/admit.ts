/**
 * The one door: credential → caller → decision, before any handler runs (spec: auth.md). A handler never checks either by
 * itself; what it may list it asks `visible`.
 */
import { Refusal } from "#db/protocol/errors";
import { allows, allowsOperation, visible } from "./access/decide.ts";
import { withinScope } from "./access/scope.ts";
import type { Call } from "./call.ts";
import type { Route } from "./route.ts";

/** @throws Refusal not_authenticated, not_allowed, or whatever the route conceals a denial with. */
export async function admit(route: Route, call: Call): Promise<void> {
  const permission = route.permission;
  if (permission.is === "public" || permission.is === "publisher") return;
  const caller = await call.deps.access.authenticate(call.request, call.waitUntil);
  call.identify(caller);
  if (!withinScope(caller.principal, route, call.params)) throw walled();
  switch (permission.is) {
    case "authenticated":
      return;
    case "owned": {
      const { own, resource } = permission;
      if (own === undefined || visible(caller.grants, own, resource).length > 0) return;
      throw denied(`${own}:${resource}`);
    }
    case "operation":
      if (allowsOperation(caller.grants, permission.action)) return;
      throw denied(`run:${permission.action}`);
    case "resource": {
      const { role, resource } = permission;
      if (permission.listed && visible(caller.grants, role, resource).length > 0) return;
      if (!permission.name) {
        if (allows(caller.grants, { role, resource })) return;
        throw denied(`${role}:${resource}`);
      }
      // Somebody without any binding on the kind learns nothing about which names exist.
      if (!permission.conceal && visible(caller.grants, role, resource).length === 0)
        throw denied(`${role}:${resource}`);
      const name = await permission.name(call);
      if (allows(caller.grants, { role, resource, name })) return;
      throw (await permission.conceal?.(name, call)) ?? denied(`${role}:${resource}:${name}`);
    }
  }
}

/** Whatever its bindings say: a token is for asking models, not for managing them (spec: auth.md, Tokens). */
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
