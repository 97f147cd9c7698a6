/** Fields that prompts and proposed prompts share. */
import { z } from "zod";
import { ref } from "../../schema/field.ts";

export const promptFields = {
  content: z.string().max(500_000).describe("The text."),
  priority: z
    .int()
    .min(1)
    .max(10)
    .default(5)
    .describe("Prompts with a higher priority come first and are left out last."),
  summary: z.string().max(2000).optional().describe("Summary for the index of prompts."),
  chapters: z
    .array(z.string().min(1).max(200))
    .max(200)
    .optional()
    .describe("Titles of its sections, for the index of prompts."),
  project: ref("project", { whenGone: "cascade" })
    .optional()
    .describe("The project that it belongs to. Without project and agent, it is available to all."),
  agent: ref("agent", { whenGone: "cascade" }).optional().describe("The agent that it belongs to."),
};

/** A prompt belongs to a project, or to an agent, or to everybody. */
export const promptOwners = ["project", "agent"] as const;
