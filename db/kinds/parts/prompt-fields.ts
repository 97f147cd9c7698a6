/** What a prompt says and where it belongs: of a prompt, and of one that is proposed. */
import { z } from "zod";
import { ref } from "../../schema/field.ts";

export const promptFields = {
  content: z.string().max(500_000).describe("The text itself."),
  priority: z.int().min(1).max(10).default(5).describe("Higher ones come first, and are the last to be left out."),
  summary: z.string().max(2000).optional().describe("For the index: what it is about."),
  chapters: z.array(z.string().min(1).max(200)).max(200).optional().describe("Titles of its parts, for the index."),
  project: ref("project", { whenGone: "cascade" })
    .optional()
    .describe("The project that it belongs to. With neither project nor agent it is everybody's."),
  agent: ref("agent", { whenGone: "cascade" }).optional().describe("The agent that it belongs to alone."),
};

/** A prompt belongs to a project, or to an agent, or to everybody. */
export const promptOwners = ["project", "agent"] as const;
