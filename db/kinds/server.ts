import { z } from "zod";
import { description, ref } from "../schema/field.ts";
import { kind } from "../schema/kind.ts";
import { pipeline } from "./parts/pipeline.ts";
import { literal, serverFields, serverSources } from "./parts/server-fields.ts";
import { serverFaults } from "./parts/server-rules.ts";

export const server = kind({
  name: "server",
  plural: "servers",
  shortNames: ["srv"],
  about: "An MCP server: what to run and how many, or where one is already.",
  spec: z.strictObject({
    ...serverFields(literal),
    pipeline: pipeline.optional().describe("What the results of its tools pass through."),
    template: ref("template").optional().describe("What it was made from."),
    description,
  }),
  status: z.strictObject({
    state: z.enum(["starting", "running", "degraded", "stopped", "error"]).optional().describe("Of all its instances."),
    ready: z.int().optional().describe("Instances that answer."),
    health: z.enum(["healthy", "degraded", "unhealthy"]).optional().describe("By the last probes."),
    reason: z.string().optional().describe("Why it is not running."),
    since: z.iso.datetime().optional().describe("When `state` last changed."),
  }),
  oneOf: [serverSources],
  rules: serverFaults,
  columns: {
    TRANSPORT: "transport",
    REPLICAS: "replicas",
    READY: "status.ready",
    STATE: "status.state",
    HEALTH: "status.health",
  },
  wide: { PACKAGE: "packageName", IMAGE: "dockerImage", URL: "url", CLUSTER: "cluster", TEMPLATE: "template" },
});
