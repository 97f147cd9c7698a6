import { z } from "zod";
import { fieldMeta } from "../schema/field.ts";
import { kind } from "../schema/kind.ts";

export const user = kind({
  name: "user",
  plural: "users",
  about: "A person who can log in.",
  spec: z.strictObject({
    email: z.email().max(253).toLowerCase().describe("Unique. You can use it instead of the name."),
    displayName: z.string().max(128).optional().describe("Name to display."),
    password: z
      .string()
      .min(12, "must have at least 12 characters")
      .max(256)
      .optional()
      .describe("The edge never returns it. Without this field, it stays unchanged.")
      .register(fieldMeta, { writeOnly: true }),
  }),
  alternateKey: "email",
  columns: { EMAIL: "email", NAME: "displayName" },
});
