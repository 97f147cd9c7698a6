/** What a principal, a token, an LLM or a project may use (spec: auth.md, Limits and budgets). */
import { z } from "zod";
import { fieldMeta } from "../../schema/field.ts";

const count = z.int().min(1).max(1_000_000_000);

export const limits = z
  .strictObject({
    requestsPerMinute: count.optional().describe("Requests in any minute."),
    tokensPerMinute: count.optional().describe("Tokens, in and out, in any minute."),
    concurrency: count.optional().describe("Requests at the same time."),
    budget: z
      .strictObject({
        amount: z.number().positive().max(1e12).describe("In the currency of the LLMs' pricing."),
        period: z.enum(["day", "month"]).describe("When it starts again, in UTC."),
      })
      .optional()
      .describe("What may be spent."),
  })
  .register(fieldMeta, { dormant: "limits are kept, and nothing enforces them in this version" });
