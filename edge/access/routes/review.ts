/** For every kind: who reaches one of it. */
import { z } from "zod";
import { tableKinds } from "#db/resources/index";
import { parseLimit } from "../../resources/page.ts";
import { assertQuery, rowInPath } from "../../resources/request.ts";
import { may, type Route, route } from "../../route.ts";
import { reached, whoReaches } from "../review.ts";

const review = z.object({
  items: z.array(reached),
  more: z.boolean().describe("Whether there are others than these."),
});

const query = { limit: "Most items of the answer; default 500, at most 1000." };

export const reviewRoutes: readonly Route[] = tableKinds.map((kind) =>
  route(
    "GET",
    `/api/v1/${kind.plural}/:name/access`,
    may("view", "rbac"),
    {
      tag: kind.plural,
      summary: `Who reaches a ${kind.name}, by which role, and which definition gives it.`,
      query: { ...query, ...(kind.scope ? { [kind.scope]: "Name or id of its parent, where several have one." } : {}) },
      answer: { status: 200, schema: review },
    },
    async (call) => {
      assertQuery(call, ["limit", ...(kind.scope ? [kind.scope] : [])]);
      const limit = parseLimit(call.url.searchParams.get("limit"));
      const { name } = await rowInPath(call, kind);
      const items = await whoReaches(call.deps.store.db, { resource: kind.permission, name }, limit + 1);
      return Response.json({ items: items.slice(0, limit), more: items.length > limit });
    },
  ),
);
