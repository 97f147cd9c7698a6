import { z } from "zod";
import { password } from "#db/tables/index";
import { mayGive } from "../access/escalation.ts";
import { hashPassword } from "../access/password.ts";
import { loadUser } from "../access/profile.ts";
import { endLogins } from "../access/sessions.ts";
import type { Behaviour, Write } from "./behaviour.ts";

/** Made before the transaction, which must not wait for a hash that is slow on purpose. */
const hashes = new WeakMap<Write, string>();

export const user: Behaviour = {
  async beforeWrite(write) {
    const { caller, deps, given, next, previous } = write;
    const chosen = z.string().optional().parse(given["password"]);
    const takesOver = chosen !== undefined || previous?.spec["email"] !== next.spec["email"];
    if (previous && takesOver && caller.principal.id !== previous.id) {
      // Whoever sets a password can log in with it, so this gives all that the user has.
      const target = await loadUser(deps.store.db, previous.id);
      if (target) mayGive(caller, target.caller.grants, "Changing how this user logs in");
    }
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
};
