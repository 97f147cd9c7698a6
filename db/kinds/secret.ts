import { z } from "zod";
import { description, fieldMeta, ref } from "../schema/field.ts";
import { kind } from "../schema/kind.ts";

const data = z
  .record(z.string().min(1).max(253), z.string().max(65_536))
  .optional()
  .describe("Keys and values. The edge never returns the values. Without this field, they stay unchanged.")
  .register(fieldMeta, { writeOnly: true });

export const secret = kind({
  name: "secret",
  plural: "secrets",
  about: "Values for LLMs and servers, such as API keys. Nobody can read them back.",
  spec: z.strictObject({
    backend: ref("secretbackend").optional().describe("Where the values are stored. Default: the default backend."),
    data,
    description,
  }),
  status: z.strictObject({ keys: z.array(z.string()).describe("Keys that have a value.") }),
  columns: { BACKEND: "backend", KEYS: "status.keys" },
});
