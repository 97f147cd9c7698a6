import { z } from "zod";
import { description } from "./field.ts";
import { kind } from "./kind.ts";

export const cluster = kind({
  name: "cluster",
  plural: "clusters",
  about: "A place where servers run, with a control plane that dials in.",
  spec: z.strictObject({
    orchestrator: z
      .enum(["kubernetes", "process", "docker"])
      .default("kubernetes")
      .describe("What runs the instances."),
    description,
  }),
  status: z.strictObject({
    state: z.enum(["connected", "disconnected"]).optional(),
    lastSeenAt: z.iso.datetime().optional(),
    version: z.string().optional().describe("Of its control plane."),
  }),
  columns: { ORCHESTRATOR: "orchestrator", STATE: "status.state", VERSION: "status.version" },
});
