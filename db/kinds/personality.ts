import { z } from "zod";
import { action } from "../schema/action.ts";
import { description, ref } from "../schema/field.ts";
import { kind } from "../schema/kind.ts";

const attachment = z.strictObject({
  prompt: ref("prompt").describe("A prompt that belongs to the agent, to its project, or to neither."),
  priority: z.int().min(1).max(10).optional().describe("Priority within this personality. Default: the prompt's own."),
});

const which = "Name or id of its agent, if several agents have a personality with this name.";

export const personality = kind({
  name: "personality",
  plural: "personalities",
  shortNames: ["pers"],
  about: "Further prompts that change how an agent answers. The rights on the agent apply to it.",
  spec: z.strictObject({
    agent: ref("agent").describe("The agent that it belongs to."),
    prompts: z.array(attachment).max(500).default([]).describe("The prompts that it adds."),
    description,
  }),
  scope: "agent",
  permission: "agents",
  governedByParent: true,
  rules: ({ prompts }) =>
    prompts.flatMap(({ prompt }, i) =>
      prompts.findIndex((p) => p.prompt === prompt) < i
        ? [{ path: `prompts[${i}].prompt`, message: `${JSON.stringify(prompt)} is attached already` }]
        : [],
    ),
  actions: {
    attach: action({
      about: "Attach a prompt to a personality.",
      done: "prompt attached",
      changes: "spec",
      may: { role: "edit" },
      takes: attachment,
      at: { method: "POST", below: "prompts" },
      which,
      examples: ["mcpctl attach librarian/terse --prompt style", "mcpctl attach terse --prompt tone --priority 8"],
    }),
    detach: action({
      about: "Detach a prompt from a personality.",
      done: "prompt detached",
      changes: "spec",
      may: { role: "edit" },
      takes: attachment.pick({ prompt: true }),
      at: { method: "DELETE", below: "prompts/:prompt" },
      which,
      examples: ["mcpctl detach librarian/terse --prompt style"],
    }),
  },
  columns: { AGENT: "agent", PROMPTS: "prompts", DESCRIPTION: "description" },
});
