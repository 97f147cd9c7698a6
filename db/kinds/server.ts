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
  about: "An MCP server: a program to run, or the URL of an existing server.",
  spec: z.strictObject({
    ...serverFields(literal),
    pipeline: pipeline.optional().describe("Stages that process the results of its tools, in this order."),
    template: ref("template").optional().describe("The template that it was created from."),
    description,
  }),
  status: z.strictObject({
    state: z
      .enum(["starting", "running", "degraded", "stopped", "error"])
      .optional()
      .describe("State of all its instances together."),
    ready: z.int().optional().describe("Number of instances that answer."),
    health: z.enum(["healthy", "degraded", "unhealthy"]).optional().describe("Result of the last health checks."),
    reason: z.string().optional().describe("Reason why it is not running."),
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
