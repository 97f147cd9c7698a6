/** The stages of the content pipeline of a project or a server. */
import { z } from "zod";

const stage = z.strictObject({
  stage: z.enum(["paginate", "section-split", "summarize-tree", "passthrough"]).describe("What the stage does."),
  over: z
    .int()
    .min(1)
    .max(100_000_000)
    .optional()
    .describe("Apply the stage only to results with more characters than this."),
});

export const pipeline = z.array(stage).max(20);
