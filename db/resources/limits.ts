/** How much somebody or something may use. */
import { z } from "zod";

const count = z.int().positive().max(1_000_000_000);

export const limits = z
  .strictObject({
    requestsPerMinute: count.optional().describe("Requests."),
    tokensPerMinute: count.optional().describe("Tokens in and out."),
    concurrency: z.int().positive().max(100_000).optional().describe("Requests at a time."),
    budget: z
      .strictObject({
        amount: z.number().positive().max(1_000_000_000).describe("In the currency of the prices."),
        period: z.enum(["day", "month"]).describe("After which it is full again."),
      })
      .optional()
      .describe("What may be spent."),
  })
  .optional();
