/** For every kind: who reaches one of it. */
import { z } from "zod";
import { type TableKind, tableKinds } from "#db/kinds/index";
import type { Call } from "../http/call.ts";
import { may, type Route, route } from "../http/route.ts";
import { a } from "../resources/conflicts.ts";
import { governing, maySee } from "../resources/governor.ts";
import { parseLimit } from "../resources/page.ts";
import { limitParameter } from "../resources/parameters.ts";
import { absent, nameInPath, rowInPath } from "../resources/request.ts";
import { reached, whoReaches } from "./review.ts";

const review = z.object({
  items: z.array(reached),
  more: z.boolean().describe("Whether there are others than these."),
});

const query = { limit: limitParameter };

export const reviewRoutes: readonly Route[] = tableKinds.map((kind) =>
  route(
    "GET",
    `/api/v1/${kind.plural}/:name/access`,
    may("view", "rbac"),
    {
      tag: kind.plural,
      summary: `Who reaches ${a(kind.name)}, by which role, and which definition gives it.`,
      query: { ...query, ...(kind.scope ? { [kind.scope]: "Name or id of its parent, where several have one." } : {}) },
      answer: { status: 200, schema: review },
    },
    async (call) => {
      const limit = parseLimit(call.url.searchParams.get("limit"));
      const name = await nameMeant(call, kind);
      const items = await whoReaches(call.deps.store.db, { resource: kind.permission, name }, limit + 1);
      return Response.json({ items: items.slice(0, limit), more: items.length > limit });
    },
  ),
);

/**
 * Whose name the bindings are looked at for: its own, or its parent's where that governs. Who may not see it is answered for the
 * name as it was asked, so that a review does not tell what there is. @throws Refusal not_found
 */
async function nameMeant(call: Call, kind: TableKind): Promise<string> {
  const word = call.params["name"] ?? "";
  const name = await nameInPath(call, kind);
  if (maySee(call.caller.grants, kind, name)) {
    await rowInPath(call, kind);
    return name;
  }
  return governing(kind) === undefined ? word : absent(call, kind, word);
}
