/** Limits of a principal, a token, an LLM or a project. */
import { z } from "zod";
import { fieldMeta } from "../../schema/field.ts";

const count = z.int().min(1).max(1_000_000_000);

export const limits = z
  .strictObject({
    requestsPerMinute: count.optional().describe("Maximum number of requests per minute."),
    tokensPerMinute: count.optional().describe("Maximum number of input and output tokens per minute."),
    concurrency: count.optional().describe("Maximum number of concurrent requests."),
    budget: z
      .strictObject({
        amount: z.number().positive().max(1e12).describe("Amount in the currency of the LLMs' `pricing`."),
        period: z.enum(["day", "month"]).describe("Period after which the budget starts again, in UTC."),
      })
      .optional()
      .describe("Maximum cost in a period."),
  })
  .register(fieldMeta, { dormant: "this version does not enforce limits" });
