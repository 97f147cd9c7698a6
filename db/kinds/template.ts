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
  description: z.string().max(1024).optional().describe("Explains the value and where to find it."),
  default: z.string().max(4096).optional().describe("Default value. Without it, a value is required."),
  values: z.array(z.string().max(4096)).min(1).max(100).optional().describe("The allowed values."),
  secret: z.boolean().default(false).describe("Whether the value is SECRET/KEY, a reference to a key of a secret."),
});

export const template = kind({
  name: "template",
  plural: "templates",
  shortNames: ["tpl"],
  about: "A server definition with parameters, for `mcpctl create server NAME --from template/NAME`.",
  spec: z.strictObject({
    server: z.strictObject(serverFields(parametrised)).describe("The server. Its texts may contain {{parameter}}."),
    parameters: z.record(parameterName, parameter).default({}).describe("Parameters by name."),
    homepage: z
      .url({ protocol: /^https?$/ })
      .max(2048)
      .optional()
      .describe("URL of the documentation of the server."),
    description,
  }),
  rules: templateFaults,
  columns: { DESCRIPTION: "description" },
  wide: { PACKAGE: "server.packageName", IMAGE: "server.dockerImage", URL: "server.url", HOMEPAGE: "homepage" },
});
