import { sql } from "drizzle-orm";
import { open, type Route, route } from "./route.ts";

const noCredential = "a load balancer has no credential, and nothing is told but up or down";

export const healthRoutes: readonly Route[] = [
  route("GET", "/healthz", open(noCredential), { tag: "health", summary: "Whether the process answers." }, () =>
    Response.json({ status: "ok" }),
  ),
  route(
    "GET",
    "/readyz",
    open(noCredential),
    { tag: "health", summary: "Whether the store can be reached and the keys are there." },
    async (call) => {
      await call.deps.store.db.execute(sql`select 1`);
      return Response.json({ status: "ready" });
    },
  ),
];
