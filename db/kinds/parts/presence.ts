/** Whether an LLM or an agent is available. Publishers add and remove their own (docs/publishing.md). */
import { z } from "zod";
import { ref } from "../../schema/field.ts";

export const presence = z.strictObject({
  lifecycle: z.enum(["public", "virtual"]).describe("`virtual`: a publisher provides it. `public`: otherwise."),
  state: z.enum(["active", "inactive", "hibernating"]),
  publisher: ref("publisher").optional().describe("The publisher that provides it."),
  since: z.iso.datetime().optional().describe("When `state` last changed."),
});
