import { z } from "zod";
import { kind } from "../schema/kind.ts";

export const publisher = kind({
  name: "publisher",
  plural: "publishers",
  shortNames: ["pub"],
  about: "A local agent that publishes models. Made by registering, never by hand.",
  spec: z.strictObject({
    host: z
      .strictObject({ hostname: z.string().optional(), platform: z.string().optional() })
      .prefault({})
      .describe("Where it runs."),
    slots: z.int().positive().describe("Requests it answers at a time, over all its models."),
    slotsOf: z
      .record(z.string(), z.int().positive())
      .optional()
      .describe("Those of each model, where it has slots of its own."),
    owner: z.string().describe("Who registered it."),
  }),
  status: z.strictObject({
    state: z.enum(["active", "inactive"]),
    llms: z.array(z.string()).describe("What it publishes."),
    since: z.iso.datetime().describe("When `state` last changed."),
  }),
  verbs: ["get"],
  selectedBy: ["status.state"],
  columns: { HOST: "host.hostname", SLOTS: "slots", STATE: "status.state", LLMS: "status.llms", OWNER: "owner" },
});
