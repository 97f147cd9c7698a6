import { z } from "zod";
import { description, ref } from "../schema/field.ts";
import { kind } from "../schema/kind.ts";
import { presence } from "./parts/presence.ts";

/** Whoever chats may override each of these. Names are OpenAI's. */
const parameters = z.strictObject({
  temperature: z.number().min(0).max(2).optional(),
  top_p: z.number().min(0).max(1).optional(),
  top_k: z.int().min(0).max(100_000).optional(),
  max_tokens: z.int().min(1).max(10_000_000).optional(),
  stop: z.array(z.string().max(200)).max(16).optional(),
  presence_penalty: z.number().min(-2).max(2).optional(),
  frequency_penalty: z.number().min(-2).max(2).optional(),
  seed: z.int().optional(),
  reasoning_effort: z.string().max(32).optional(),
  tools_allowlist: z.array(z.string().max(256)).max(1000).optional().describe("The only tools it may call."),
  extra: z.record(z.string().max(128), z.json()).optional().describe("Sent to the provider as it is."),
});

export const agent = kind({
  name: "agent",
  plural: "agents",
  shortNames: ["ag"],
  about: "A model with a role: a system prompt, prompts, tools of a project, and the LLM that thinks.",
  spec: z.strictObject({
    llm: ref("llm").describe("What answers."),
    systemPrompt: z.string().max(500_000).default("").describe("What it is told before everything else."),
    project: ref("project").optional().describe("Whose tools and prompts it has."),
    defaultPersonality: ref("personality", { within: "self" })
      .optional()
      .describe("One of its own personalities: used where nobody names one."),
    defaultParams: parameters.default({}).describe("Parameters of the model where the caller gives none."),
    extras: z
      .strictObject({
        maxIterations: z.int().min(1).optional().describe("Rounds of tool calls in one turn, 1 to 50. Default 12."),
      })
      .default({})
      .describe("How it works."),
    description,
  }),
  status: presence,
  nested: ["project"],
  columns: { LLM: "llm", PROJECT: "project", PERSONALITY: "defaultPersonality", STATE: "status.state" },
  wide: { LIFECYCLE: "status.lifecycle", DESCRIPTION: "description" },
});
