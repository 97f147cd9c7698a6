import { sql } from "drizzle-orm";
import { z } from "zod";
import { version } from "#db/protocol/version";
import { assertSigns } from "../identity/session-token.ts";
import { assertSeals } from "../secrets/index.ts";
import { misconfigured } from "../sso/login.ts";
import { open, type Route, route } from "./route.ts";

const noCredential = "a load balancer has no credential, and nothing is told but up or down, and which version";

/** Probes of load balancers add what they like. */
const lenient = { strict: false } as const;

const up = z.object({ status: z.literal("ok"), version: z.string() });
const ready = z.object({ status: z.literal("ready") });

export const healthRoutes: readonly Route[] = [
  route(
    "GET",
    "/healthz",
    open(noCredential),
    { tag: "health", summary: "Whether the process answers.", answer: { status: 200, schema: up } },
    () => Response.json({ status: "ok", version }),
    lenient,
  ),
  route(
    "GET",
    "/readyz",
    open(noCredential),
    {
      tag: "health",
      summary: "Whether the store can be reached and the keys are there.",
      answer: { status: 200, schema: ready },
    },
    async (call) => {
      const { settings, store } = call.deps;
      if (settings.oidc.is === "wrong") throw misconfigured(settings.oidc.faults);
      await Promise.all([store.db.execute(sql`select 1`), assertSigns(settings.signingKey), assertSeals(settings)]);
      return Response.json({ status: "ready" });
    },
    lenient,
  ),
];
