/** First start: the first user, who may do everything, and what everything else refers to. Once. */
import { createId } from "@paralleldrive/cuid2";
import { eq, sql } from "drizzle-orm";
import { kindsByName, type TableKindName } from "#db/kinds/index";
import { operations } from "#db/kinds/parts/grants";
import { refuse } from "#db/protocol/errors";
import { systemUser } from "#db/system/names";
import { password, resources } from "#db/tables/index";
import type { Change } from "../changes.ts";
import { rbacToUser } from "../identity/profile.ts";
import type { Store, Transaction } from "../store.ts";
import { mintPersonal, type OpenedLogin, openLogin, type PersonalToken } from "./sessions.ts";

export interface FirstAdmin {
  name: string;
  email: string;
  /** As `hashPassword` made it. */
  passwordHash: string;
}

export interface Bootstrapped {
  userId: string;
  token: PersonalToken & { token: string; hash: string };
  login: OpenedLogin;
  changes: Change[];
}

/** @throws Refusal already_bootstrapped when any user exists, invalid_request for who would be the system itself */
export async function bootstrap(store: Store, admin: FirstAdmin): Promise<Bootstrapped> {
  for (const path of ["name", "email"] as const)
    if (admin[path] === systemUser[path])
      refuse("invalid_request", `${path}: ${admin[path]} is the system's own user, as whom nobody logs in.`, {
        param: path,
        faults: [{ path, message: "belongs to the system", given: JSON.stringify(admin[path]) }],
        hint: "Choose another.",
      });
  return store.transaction(async (tx) => {
    // Two at once: the second waits here, and then sees the first one's user.
    await tx.execute(sql`lock table ${resources.user} in share row exclusive mode`);
    const { rows } = await tx.execute(
      sql`select 1 from ${resources.user} where ${resources.user.name} <> ${systemUser.name} limit 1`,
    );
    if (rows.length > 0)
      refuse("already_bootstrapped", "This edge has users already, so its first one can't be made again.", {
        hint: "Log in with `mcpctl login`, or ask an administrator for an account.",
      });
    const changes: Change[] = [];
    const put = async (kind: TableKindName, name: string, fields: Record<string, unknown>) => {
      const { created, change } = await putIfAbsent(tx, kind, name, fields);
      if (created) changes.push(change);
      return change.id;
    };
    const userId = await put("user", admin.name, { email: admin.email });
    await tx.insert(password).values({ userId, hash: admin.passwordHash });
    await put("secretbackend", "default", { type: "plaintext", isDefault: true });
    await put("project", "default", { description: "For whatever names no other." });
    // Without users a definition of this name admits nobody; kept, it would leave this one without rights.
    await tx.delete(resources.rbac).where(eq(resources.rbac.name, "admin"));
    const rbacId = await put("rbac", "admin", {
      subjects: [{ kind: "User", name: admin.name }],
      bindings: [
        { role: "edit", resource: "*" },
        { role: "run", resource: "*" },
      ],
      operations: operations.map((action) => ({ action })),
      description: "Made at the first start.",
    });
    await tx.insert(rbacToUser).values({ fromId: rbacId, path: "subjects[0].name", toId: userId });
    const token = await mintPersonal(tx, userId, "bootstrap", undefined);
    const login = await openLogin(tx, userId, "bootstrap");
    return { userId, token, login, changes };
  });
}

/** What a restore or an earlier try left behind stays as it is. */
async function putIfAbsent(tx: Transaction, kind: TableKindName, name: string, fields: Record<string, unknown>) {
  const table = resources[kind];
  const spec = kindsByName[kind].spec.parse(fields);
  const [row] = await tx
    .insert(table)
    .values({ id: createId(), name, spec })
    .onConflictDoNothing()
    .returning({ id: table.id });
  const [found] = row ? [row] : await tx.select({ id: table.id }).from(table).where(eq(table.name, name));
  // A default backend under another name: nothing to make, and nothing that could be referred to by this name.
  const change: Change = { kind, id: found?.id ?? "", name, verb: "created", after: spec };
  return { created: row !== undefined, change };
}
