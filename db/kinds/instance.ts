import { z } from "zod";
import { ref } from "../schema/field.ts";
import { kind } from "../schema/kind.ts";

export const instance = kind({
  name: "instance",
  plural: "instances",
  shortNames: ["inst"],
  about: "One running copy of a server. Made and replaced by the control plane, never by hand.",
  spec: z.strictObject({
    server: ref("server", { whenGone: "cascade" }).describe("What it is a copy of."),
    cluster: z.string().optional().describe("Where it runs."),
  }),
  status: z.strictObject({
    state: z.enum(["STARTING", "RUNNING", "STOPPING", "ERROR"]).optional(),
    reason: z.string().optional().describe("Why, with the last lines of its log."),
    health: z.enum(["healthy", "degraded", "unhealthy"]).optional(),
    restarts: z.int().optional(),
    pod: z.string().optional(),
    node: z.string().optional(),
    startedAt: z.iso.datetime().optional(),
    probedAt: z.iso.datetime().optional(),
    probeMs: z.number().optional().describe("How long the last probe took."),
  }),
  verbs: ["get"],
  nested: ["server"],
  columns: { SERVER: "server", STATE: "status.state", HEALTH: "status.health", RESTARTS: "status.restarts" },
  wide: { CLUSTER: "cluster", NODE: "status.node", POD: "status.pod", REASON: "status.reason" },
});
