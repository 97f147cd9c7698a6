/** The content pipeline, as a project or a server names its stages (spec: mcp.md, Content pipeline). */
import { z } from "zod";

const stage = z.strictObject({
  stage: z.enum(["paginate", "section-split", "summarize-tree", "passthrough"]).describe("What is done."),
  over: z.int().min(1).max(100_000_000).optional().describe("Only with results of more characters than this."),
});

export const pipeline = z.array(stage).max(20);
