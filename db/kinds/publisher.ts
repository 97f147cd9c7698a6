import { z } from "zod";
import { kind } from "../schema/kind.ts";

export const publisher = kind({
  name: "publisher",
  plural: "publishers",
  shortNames: ["pub"],
  about: "A local agent that publishes models. It registers itself; it is never created by hand.",
  spec: z.strictObject({
    host: z
      .strictObject({ hostname: z.string().optional(), platform: z.string().optional() })
      .prefault({})
      .describe("The machine that it runs on."),
    slots: z.int().positive().describe("Maximum number of concurrent requests to all its models."),
    slotsOf: z
      .record(z.string(), z.int().positive())
      .optional()
      .describe("Maximum number of concurrent requests to each model that has slots of its own."),
    owner: z.string().describe("The principal that registered it."),
  }),
  status: z.strictObject({
    state: z.enum(["active", "inactive"]),
    llms: z.array(z.string()).describe("LLMs that it publishes."),
    since: z.iso.datetime().describe("When `state` last changed."),
  }),
  verbs: ["get"],
  selectedBy: ["status.state"],
  columns: { HOST: "host.hostname", SLOTS: "slots", STATE: "status.state", LLMS: "status.llms", OWNER: "owner" },
});
