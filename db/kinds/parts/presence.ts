/** Whether something that answers is there: of models and agents, which publishers bring and take away (spec: virtual-llms.md). */
import { z } from "zod";
import { ref } from "../../schema/field.ts";

export const presence = z.strictObject({
  lifecycle: z.enum(["public", "virtual"]).describe("`virtual` ones live and sleep with their publisher."),
  state: z.enum(["active", "inactive", "hibernating"]),
  publisher: ref("publisher").optional().describe("Session that publishes it."),
  since: z.iso.datetime().optional().describe("When `state` last changed."),
});
