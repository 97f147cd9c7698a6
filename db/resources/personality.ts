import { z } from "zod";
import { description, ref } from "./field.ts";
import { kind } from "./kind.ts";

export const personality = kind({
  name: "personality",
  plural: "personalities",
  shortNames: ["pers"],
  about: "A manner that an agent can take on: further prompts. Its rights are the agent's.",
  spec: z.strictObject({
    agent: ref("agent").describe("Whose it is."),
    prompts: z
      .array(
        z.strictObject({
          prompt: ref("prompt").describe("The agent's own, its project's, or everybody's."),
          priority: z.int().min(1).max(10).optional().describe("Here. Default: the prompt's own."),
        }),
      )
      .max(500)
      .default([])
      .describe("What is added."),
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
  columns: { AGENT: "agent", PROMPTS: "prompts", DESCRIPTION: "description" },
});
