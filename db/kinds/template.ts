import { z } from "zod";
import { description } from "../schema/field.ts";
import { kind } from "../schema/kind.ts";
import { parametrised, serverFields } from "./parts/server-fields.ts";
import { templateFaults } from "./parts/template-rules.ts";

const parameterName = z
  .string()
  .max(63)
  .regex(/^[a-z][a-zA-Z0-9_]*$/, "must be letters, digits and '_', starting with a small letter");

export const parameter = z.strictObject({
  description: z.string().max(1024).optional().describe("What to give, and where to find it."),
  default: z.string().max(4096).optional().describe("Used where nothing is given. Without one it must be given."),
  values: z.array(z.string().max(4096)).min(1).max(100).optional().describe("The only values that it can have."),
  secret: z.boolean().default(false).describe("Is given as SECRET/KEY: the value stays in the secret."),
});

export const template = kind({
  name: "template",
  plural: "templates",
  shortNames: ["tpl"],
  about: "A ready server definition with parameters: `mcpctl create server NAME --from template/NAME`.",
  spec: z.strictObject({
    server: z.strictObject(serverFields(parametrised)).describe("The server; {{parameter}} may stand in its texts."),
    parameters: z.record(parameterName, parameter).default({}).describe("What is asked for, by name."),
    homepage: z
      .url({ protocol: /^https?$/ })
      .max(2048)
      .optional()
      .describe("Where the server is documented."),
    description,
  }),
  rules: templateFaults,
  columns: { DESCRIPTION: "description" },
  wide: { PACKAGE: "server.packageName", IMAGE: "server.dockerImage", URL: "server.url", HOMEPAGE: "homepage" },
});
