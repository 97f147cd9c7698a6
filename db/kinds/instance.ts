import { z } from "zod";
import { ref } from "../schema/field.ts";
import { kind } from "../schema/kind.ts";

export const instance = kind({
  name: "instance",
  plural: "instances",
  shortNames: ["inst"],
  about: "A running copy of a server. The control plane creates and replaces it; it is never created by hand.",
  spec: z.strictObject({
    server: ref("server", { whenGone: "cascade" }).describe("The server that it is a copy of."),
    cluster: z.string().optional().describe("The cluster that it runs in."),
  }),
  status: z.strictObject({
    state: z.enum(["STARTING", "RUNNING", "STOPPING", "ERROR"]).optional(),
    reason: z.string().optional().describe("Reason for the state, with the last lines of the log."),
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
