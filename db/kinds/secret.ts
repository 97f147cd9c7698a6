import { z } from "zod";
import { description, fieldMeta, ref } from "../schema/field.ts";
import { kind } from "../schema/kind.ts";

const data = z
  .record(z.string().min(1).max(253), z.string().max(65_536))
  .optional()
  .describe("Keys and values. Accepted and never shown again; left out, the values stay as they are.")
  .register(fieldMeta, { writeOnly: true });

export const secret = kind({
  name: "secret",
  plural: "secrets",
  about: "Named values that LLMs and servers use and nobody reads back.",
  spec: z.strictObject({
    backend: ref("secretbackend").optional().describe("What keeps the values. Left out: the default backend."),
    data,
    description,
  }),
  status: z.strictObject({ keys: z.array(z.string()).describe("Names of the values that are set.") }),
  columns: { BACKEND: "backend", KEYS: "status.keys" },
});
