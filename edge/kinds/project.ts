import { eq } from "drizzle-orm";
import { kindsByName } from "#db/kinds/index";
import { refuse } from "#db/protocol/errors";
import { systemProject } from "#db/system/names";
import { resources } from "#db/tables/index";
import { tokenState } from "../identity/token-state.ts";
import type { Stored } from "../resources/stored.ts";
import type { Transaction } from "../store.ts";
import type { Behaviour } from "./behaviour.ts";
import { protect } from "./system.ts";

const table = resources.mcptoken;

export const project: Behaviour = {
  beforeWrite({ caller, next, previous }) {
    if (!previous && caller.principal.kind === "User") next.spec["owner"] ??= caller.principal.name;
  },
  /** Tokens go with their project, but none that somebody may be working with: taking that away is a decision of its own. */
  async beforeDelete(projects, tx) {
    for (const project of projects) await assertUnused(project, tx);
  },
};

async function assertUnused({ id, name }: Stored, tx: Transaction): Promise<void> {
  if (name === systemProject) protect(`The project ${name}`, "it keeps the system's own prompts");
  const rows = await tx.select({ name: table.name, status: table.status }).from(table).where(eq(table.scopeId, id));
  const tokens = rows.map(({ name, status }) => ({ name, status: kindsByName.mcptoken.status.parse(status) }));
  const active = tokens.filter((t) => tokenState(t.status, Date.now()) === "active").map((t) => t.name);
  if (active.length > 0)
    refuse("still_referred", `Project ${name} has tokens that are in use: ${active.slice(0, 10).join(", ")}.`, {
      hint: "Revoke or delete them first.",
    });
}
