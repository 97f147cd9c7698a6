import { z } from "zod";
import { action } from "../schema/action.ts";
import { kind } from "../schema/kind.ts";
import { promptFields, promptOwners } from "./parts/prompt-fields.ts";

export const promptrequest = kind({
  name: "promptrequest",
  plural: "promptrequests",
  shortNames: ["pr"],
  about: "A prompt that a person or a model proposes. Its approval turns it into a prompt.",
  spec: z.strictObject({
    ...promptFields,
    content: promptFields.content.min(1),
    reason: z.string().max(2000).optional().describe("Reason for the proposal."),
  }),
  status: z.strictObject({ proposedBy: z.string().optional().describe("Who proposed it.") }),
  actions: {
    approve: action({
      about: "Approve a proposed prompt: it becomes a prompt, and the proposal is deleted.",
      done: "approved",
      changes: { becomes: "prompt" },
      // Models may propose prompts, but only a principal that may create prompts decides.
      may: { role: "create", resource: "prompts" },
      seen: "ETag of the proposal that was read. The answer is 412 if the proposal has changed since.",
      examples: ["mcpctl get promptrequests", "mcpctl approve tone", "mcpctl approve promptrequest tone"],
    }),
  },
  atMostOneOf: [promptOwners],
  nested: [...promptOwners],
  columns: { PROJECT: "project", AGENT: "agent", PRIORITY: "priority", "PROPOSED BY": "status.proposedBy" },
  wide: { REASON: "reason" },
});
