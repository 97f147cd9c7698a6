/**
 * Creates the system's resources after the migrations (docs/operating.md, System resources). The user, the project and its prompts are
 * created whenever they are missing. Templates and example roles are created only once, so that deleted ones stay deleted. Existing
 * resources are not changed.
 */
import { createId } from "@paralleldrive/cuid2";
import { eq } from "drizzle-orm";
import type { NodePgDatabase } from "drizzle-orm/node-postgres";
import { kindsByName, type TableKindName } from "../kinds/index.ts";
import { edgeBetween, resources, seeded } from "../tables/index.ts";
import { systemProject, systemUser } from "./names.ts";
import { systemPrompts } from "./prompts.ts";
import { exampleRoles } from "./roles.ts";
import { templates } from "./templates.ts";

type Db = Pick<NodePgDatabase, "insert" | "select">;

/** @returns the created resources, as `kind/name`; none at the second start. */
export async function seed(db: Db): Promise<string[]> {
  const made: string[] = [];
  const put = async (
    kind: TableKindName,
    name: string,
    fields: Record<string, unknown>,
  ): Promise<string | undefined> => {
    const spec = kindsByName[kind].spec.parse(fields);
    const [row] = await db
      .insert(resources[kind])
      .values({ id: createId(), name, spec })
      .onConflictDoNothing()
      .returning({ id: resources[kind].id });
    if (row) made.push(`${kind}/${name}`);
    return row?.id;
  };
  const idOf = async (kind: TableKindName, name: string): Promise<string | undefined> => {
    const t = resources[kind];
    const [row] = await db.select({ id: t.id }).from(t).where(eq(t.name, name));
    return row?.id;
  };
  const refer = async (
    from: TableKindName,
    fromId: string,
    path: string,
    to: TableKindName,
    toId: string | undefined,
  ) => {
    if (toId !== undefined) await db.insert(edgeBetween(from, to)).values({ fromId, path, toId });
  };

  await put("user", systemUser.name, { email: systemUser.email });
  const project = await put("project", systemProject, {
    description: "The prompts that mcpctl itself gives to LLMs.",
    owner: systemUser.name,
  });
  if (project) await refer("project", project, "owner", "user", await idOf("user", systemUser.name));
  for (const [name, { content, summary }] of Object.entries(systemPrompts)) {
    const prompt = await put("prompt", name, { content, summary, project: systemProject });
    if (prompt) await refer("prompt", prompt, "project", "project", await idOf("project", systemProject));
  }
  const once = async (kind: TableKindName, name: string, fields: Record<string, unknown>) => {
    const [first] = await db
      .insert(seeded)
      .values({ what: `${kind}/${name}` })
      .onConflictDoNothing()
      .returning();
    if (first) await put(kind, name, fields);
  };
  for (const [name, fields] of Object.entries(templates)) await once("template", name, fields);
  for (const [name, fields] of Object.entries(exampleRoles)) await once("rbac", name, fields);
  return made;
}
