import { z } from "zod";
import { kind } from "./kind.ts";
import { promptFields, promptOwners } from "./prompt-fields.ts";

export const promptrequest = kind({
  name: "promptrequest",
  plural: "promptrequests",
  shortNames: ["pr"],
  about: "A prompt that somebody proposes, a model perhaps: approving it makes it a prompt.",
  spec: z.strictObject({
    ...promptFields,
    content: promptFields.content.min(1),
    reason: z.string().max(2000).optional().describe("Why it is proposed."),
  }),
  status: z.strictObject({ proposedBy: z.string().optional().describe("Who proposed it.") }),
  atMostOneOf: [promptOwners],
  nested: [...promptOwners],
  columns: { PROJECT: "project", AGENT: "agent", PRIORITY: "priority", "PROPOSED BY": "status.proposedBy" },
  wide: { REASON: "reason" },
});
