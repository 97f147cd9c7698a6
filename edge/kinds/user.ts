import { eq } from "drizzle-orm";
import { z } from "zod";
import { refuse } from "#db/protocol/errors";
import { systemUser } from "#db/system/names";
import { edges, password, resources } from "#db/tables/index";
import { loadUser } from "../identity/profile.ts";
import { hashPassword } from "../login/password.ts";
import { endLogins } from "../login/sessions.ts";
import type { Stored } from "../resources/stored.ts";
import { mayGive } from "../rights/escalation.ts";
import type { Store } from "../store.ts";
import type { Behaviour, Write } from "./behaviour.ts";
import { protect } from "./system.ts";

const referring = edges.filter((edge) => edge.to === "user");

/** Somebody who was called so before the product had a user of its own is a person, who comes and goes. */
const isSystem = ({ name, spec }: Pick<Stored, "name" | "spec">) =>
  name === systemUser.name && spec["email"] === systemUser.email;

/** Made before the transaction, which must not wait for a hash that is slow on purpose. */
const hashes = new WeakMap<Write, string>();

export const user: Behaviour = {
  async beforeWrite(write) {
    const { caller, deps, given, next, previous } = write;
    if (previous && isSystem(previous)) protect("The user system", "nobody logs in as it");
    const chosen = z.string().optional().parse(given["password"]);
    const moves = previous !== undefined && previous.spec["email"] !== next.spec["email"];
    if (previous && (moves || chosen !== undefined) && caller.principal.id !== previous.id) {
      // Whoever sets a password can log in with it, so this gives all that the user has.
      const target = await loadUser(deps.store.db, previous.id);
      if (target) await mayGive(deps.store.db, caller, target.caller.grants, "Changing how this user logs in");
    }
    if (moves) await keepAddress(deps.store.db, previous.id, String(previous.spec["email"]));
    if (chosen !== undefined) hashes.set(write, await hashPassword(chosen));
  },
  async withWrite(write, tx) {
    const hash = hashes.get(write);
    if (hash === undefined) return;
    const changedAt = new Date().toISOString();
    await tx
      .insert(password)
      .values({ userId: write.next.id, hash, changedAt })
      .onConflictDoUpdate({ target: password.userId, set: { hash, changedAt } });
    await endLogins(tx, write.next.id);
  },
  async beforeDelete(rows) {
    if (rows.some(isSystem)) protect("The user system", "it owns what the system needs");
  },
};

/**
 * A document that names somebody by an address stops making sense when the address changes: it could not be applied again, and
 * nobody could tell whom its deletion concerns. So those are changed first, as with anything that is referred to.
 */
async function keepAddress(db: Store["db"], userId: string, address: string): Promise<void> {
  const found = await Promise.all(
    referring.map(({ from, table }) =>
      db
        .selectDistinct({ name: resources[from].name, spec: resources[from].spec })
        .from(resources[from])
        .innerJoin(table, eq(table.fromId, resources[from].id))
        .where(eq(table.toId, userId))
        .then((rows) =>
          rows
            .filter((row) => JSON.stringify(row.spec).toLowerCase().includes(JSON.stringify(address)))
            .map((row) => `${from}/${row.name}`),
        ),
    ),
  );
  const names = found.flat();
  if (names.length === 0) return;
  refuse("still_referred", `${names.slice(0, 10).join(", ")} name this user by the address ${address}.`, {
    faults: names.map((path) => ({ path, message: `refers to ${address}` })),
    hint: "Use the user's name there first; it never changes.",
  });
}
