import { z } from "zod";
import { description, ref } from "../schema/field.ts";
import { kind } from "../schema/kind.ts";
import { presence } from "./parts/presence.ts";

/** A request can override each of these. The names are OpenAI's. */
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
  tools_allowlist: z.array(z.string().max(256)).max(1000).optional().describe("The agent may call only these tools."),
  extra: z
    .record(z.string().max(128), z.json())
    .optional()
    .describe("Further parameters, sent to the provider unchanged."),
});

export const agent = kind({
  name: "agent",
  plural: "agents",
  shortNames: ["ag"],
  about: "An LLM with a role: a system prompt, further prompts, and the tools of a project.",
  spec: z.strictObject({
    llm: ref("llm").describe("The LLM that answers."),
    systemPrompt: z.string().max(500_000).default("").describe("The first text that the LLM gets."),
    project: ref("project").optional().describe("The project whose tools and prompts it uses."),
    defaultPersonality: ref("personality", { within: "self" })
      .optional()
      .describe("One of its own personalities. It is used when a request names none."),
    defaultParams: parameters.default({}).describe("Model parameters, used when a request does not set them."),
    extras: z
      .strictObject({
        maxIterations: z
          .int()
          .min(1)
          .optional()
          .describe("Maximum number of rounds of tool calls in one turn, 1 to 50. Default 12."),
      })
      .default({})
      .describe("Further settings."),
    description,
  }),
  status: presence,
  nested: ["project"],
  columns: { LLM: "llm", PROJECT: "project", PERSONALITY: "defaultPersonality", STATE: "status.state" },
  wide: { LIFECYCLE: "status.lifecycle", DESCRIPTION: "description" },
});
