import { z } from "zod";
import { description } from "./field.ts";
import { kind } from "./kind.ts";

export const secretbackend = kind({
  name: "secretbackend",
  plural: "secretbackends",
  shortNames: ["sb"],
  about: "Where the values of secrets are kept.",
  spec: z.strictObject({
    type: z
      .enum(["plaintext"])
      .describe("How values are stored. `plaintext` is the store itself, sealed with the edge's key."),
    config: z.strictObject({}).default({}).describe("Settings of the type; `plaintext` has none."),
    isDefault: z.boolean().default(false).describe("Used by secrets that name no backend. Exactly one is."),
    description,
  }),
  exactlyOne: "isDefault",
  columns: { TYPE: "type", DEFAULT: "isDefault" },
});
