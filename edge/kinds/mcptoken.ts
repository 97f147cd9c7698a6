import { createId } from "@paralleldrive/cuid2";
import { sql } from "drizzle-orm";
import { mintToken } from "#db/crypto/token";
import { kindsByName, type SpecOf, type StatusOf } from "#db/kinds/index";
import { definitionOf } from "#db/kinds/system";
import { refuse } from "#db/protocol/errors";
import { resources } from "#db/tables/index";
import { hashCredential } from "../identity/credential.ts";
import type { Grants } from "../identity/principal.ts";
import { grantsNow } from "../identity/principals.ts";
import { grantsOf, rbacToToken } from "../identity/profile.ts";
import { lifeOf, tokenState } from "../identity/token-state.ts";
import { recordAuth } from "../login/auth-event.ts";
import { exceeds } from "../rights/decide.ts";
import type { Transaction } from "../store.ts";
import type { ActionsOf } from "./action.ts";
import type { Behaviour } from "./behaviour.ts";

const { rbac } = resources;
const kind = kindsByName.mcptoken;

/** `GET /api/v1/mcptokens/introspect` tells a bearer about itself: a token called so could not be read by its name. */
const taken = "introspect";

export const mcptoken: Behaviour = {
  reveals: { token: "The credential itself: in the answer to its creation alone." },
  async beforeWrite({ caller, deps, next, reveal }) {
    if (next.name === taken) {
      const message = `can't be ${JSON.stringify(taken)}: the API has something else under that name`;
      refuse("invalid_request", `name: ${message}`, { param: "name", faults: [{ path: "name", message }] });
    }
    const spec = kind.spec.parse(next.spec);
    const ends = lifeOf(spec.expiry, caller, Date.now());
    // What is given here stays, so a right that was lost a second ago must not be given any more.
    const held = await grantsNow(deps.store.db, caller.principal);
    const given = grantsOf([spec, ...(spec.rbac === "clone" ? [asDefinition(held)] : [])]);
    const missing = exceeds(held, given);
    if (missing !== undefined)
      refuse("not_allowed", `A token can't be given ${missing}, which you don't have yourself.`, {
        permission: missing,
        hint: "Leave it out, or ask somebody who has it to make the token.",
      });
    const token = mintToken();
    const status: StatusOf<"mcptoken"> = {
      state: "active",
      hash: hashCredential(token),
      createdBy: caller.principal.name,
      ...(ends ? { expiresAt: ends.toISOString() } : {}),
    };
    // What was cloned is written out: made again from what is shown, by whomever, it has this and no more.
    next.spec = { ...spec, rbac: "empty", ...asDefinition(given) };
    next.status = status;
    reveal({ token });
  },

  status(stored, now) {
    const status = kind.status.parse(stored.status);
    return { ...status, state: tokenState(status, now) };
  },

  async withWrite({ next }, tx) {
    const spec: SpecOf<"mcptoken"> = kind.spec.parse(next.spec);
    if (spec.bindings.length + spec.operations.length === 0) return;
    const { hash } = kind.status.parse(next.status);
    const id = createId();
    await tx.insert(rbac).values({
      id,
      name: definitionOf(hash),
      spec: kindsByName.rbac.spec.parse({
        subjects: [{ kind: "McpToken", name: hash }],
        bindings: spec.bindings,
        operations: spec.operations,
        description: `Of the token ${next.name} in project ${spec.project}; goes with it.`,
      }),
    });
    await tx.insert(rbacToToken).values({ fromId: id, path: "subjects[0].name", toId: next.id });
  },

  afterCommit({ action, after }, call) {
    if (action !== "revoke" || !after) return;
    const hash8 = kind.status.parse(after.status).hash.slice(0, 8);
    recordAuth(call, { action: "token-revoked", resource: "mcptoken", name: after.name, token: after.name, hash8 });
  },

  async beforeDelete(rows, tx) {
    await deleteDefinitions(
      tx,
      rows.map((row) => kind.status.parse(row.status).hash),
    );
  },
};

export const mcptokenActions: ActionsOf<"mcptoken"> = {
  revoke: {
    change({ row, now }) {
      const status = kind.status.parse(row.status);
      if (tokenState(status, now) === "revoked") return undefined;
      return { state: "revoked", revokedAt: new Date(now).toISOString() };
    },
  },
};

/** Other definitions that name the token keep it from being deleted. */
async function deleteDefinitions(tx: Transaction, hashes: readonly string[]): Promise<void> {
  const names = JSON.stringify(hashes.map(definitionOf));
  await tx.delete(rbac).where(sql`${rbac.name} in (select json_array_elements_text(${names}::json))`);
}

const asDefinition = ({ bindings, operations }: Grants) => ({
  bindings: [...bindings],
  operations: operations.map((action) => ({ role: "run" as const, action })),
});
