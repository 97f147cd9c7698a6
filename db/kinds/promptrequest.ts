import { z } from "zod";
import { action } from "../schema/action.ts";
import { kind } from "../schema/kind.ts";
import { promptFields, promptOwners } from "./parts/prompt-fields.ts";

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
  actions: {
    approve: action({
      about: "Make the prompt that is proposed, and forget the request.",
      done: "approved",
      changes: { becomes: "prompt" },
      // Proposing is for models; what becomes a prompt is decided by who may create prompts.
      may: { role: "create", resource: "prompts" },
      seen: "ETag of the request as it was read: 412 when somebody has changed it since.",
      examples: ["mcpctl get promptrequests", "mcpctl approve tone", "mcpctl approve promptrequest tone"],
    }),
  },
  atMostOneOf: [promptOwners],
  nested: [...promptOwners],
  columns: { PROJECT: "project", AGENT: "agent", PRIORITY: "priority", "PROPOSED BY": "status.proposedBy" },
  wide: { REASON: "reason" },
});
