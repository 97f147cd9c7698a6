import { eq } from "drizzle-orm";
import { refuse } from "#db/protocol/errors";
import { kindsByName } from "#db/resources/index";
import { systemProject } from "#db/system/names";
import { resources } from "#db/tables/index";
import { tokenState } from "../access/token-state.ts";
import type { Behaviour } from "./behaviour.ts";
import { protect } from "./system.ts";

const table = resources.mcptoken;

export const project: Behaviour = {
  beforeWrite({ caller, next, previous }) {
    if (!previous && caller.principal.kind === "User") next.spec["owner"] ??= caller.principal.name;
  },
  /** Tokens go with their project, but none that somebody may be working with: taking that away is a decision of its own. */
  async beforeDelete(stored, tx) {
    if (stored.name === systemProject) protect(`The project ${stored.name}`, "it keeps the system's own prompts");
    const rows = await tx
      .select({ name: table.name, status: table.status })
      .from(table)
      .where(eq(table.scopeId, stored.id));
    const tokens = rows.map(({ name, status }) => ({ name, status: kindsByName.mcptoken.status.parse(status) }));
    const active = tokens.filter((t) => tokenState(t.status, Date.now()) === "active").map((t) => t.name);
    if (active.length > 0)
      refuse(
        "still_referred",
        `Project ${stored.name} has tokens that are in use: ${active.slice(0, 10).join(", ")}.`,
        {
          hint: "Revoke or delete them first.",
        },
      );
  },
};
