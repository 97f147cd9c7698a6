/** What refers to a resource, for people who wonder what depends on it. Of it, one sees what one may. */
import { z } from "zod";
import { childrenOf } from "#db/kinds/family";
import { kindsByName, type TableKind } from "#db/kinds/index";
import { edges } from "#db/tables/index";
import { may, type Route, type RouteDoc, route } from "../http/route.ts";
import { a } from "./conflicts.ts";
import { referrersOf } from "./dependents.ts";
import { maySee } from "./governor.ts";
import { nameInPath, rowInPath } from "./request.ts";

/** More tell a person nothing. */
const most = 100;

const answer = z.object({
  items: z.array(z.object({ kind: z.string(), name: z.string(), path: z.string().describe("Where in its spec.") })),
  hidden: z.int().describe("How many more there are that the caller may not see, or that were too many."),
});

/** Undefined for a kind that nothing can refer to. */
export function referrersRoute(kind: TableKind, query: NonNullable<RouteDoc["query"]>): Route | undefined {
  const targets = [kind, ...childrenOf(kind.name)].map((k) => k.name);
  if (!edges.some((e) => targets.includes(e.to))) return undefined;
  return route(
    "GET",
    `/api/v1/${kind.plural}/:name/referrers`,
    may("view", kind.permission, { name: (call) => nameInPath(call, kind) }),
    { tag: kind.plural, summary: `What refers to ${a(kind.name)}.`, query, answer: { status: 200, schema: answer } },
    async (call) => {
      const row = await rowInPath(call, kind);
      const found = await referrersOf(call.deps.store.db, [{ kind, rows: [row] }], most + 1);
      const items = found
        .slice(0, most)
        .filter((r) => maySee(call.caller.grants, kindsByName[r.kind], r.governor))
        .map(({ governor: _, ...shown }) => shown);
      const shown: z.infer<typeof answer> = { items, hidden: found.length - items.length };
      return Response.json(shown, { headers: { "cache-control": "no-store" } });
    },
  );
}
