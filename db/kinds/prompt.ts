import { z } from "zod";
import { kind } from "../schema/kind.ts";
import { promptFields, promptOwners } from "./parts/prompt-fields.ts";

const linkTarget = z
  .string()
  .max(2048)
  .regex(
    /^[a-z0-9]([-a-z0-9]*[a-z0-9])?\/[a-z0-9]([-a-z0-9]*[a-z0-9])?:\S+$/,
    "must be project/server:uri of an MCP resource",
  );

export const prompt = kind({
  name: "prompt",
  plural: "prompts",
  about: "A text for agents and MCP clients.",
  spec: z.strictObject({
    ...promptFields,
    content: promptFields.content.default("").describe("The text. Leave it empty if linkTarget provides it."),
    linkTarget: linkTarget.optional().describe("project/server:uri of an MCP resource that provides the text."),
  }),
  status: z.strictObject({
    link: z.enum(["ok", "missing", "unreachable"]).optional().describe("Whether the edge can read linkTarget."),
  }),
  atMostOneOf: [promptOwners],
  rules: ({ content, linkTarget: link }) =>
    content === "" && link === undefined
      ? [{ path: "content", message: "is required, unless linkTarget provides the text" }]
      : [],
  nested: [...promptOwners],
  columns: { PROJECT: "project", AGENT: "agent", PRIORITY: "priority", SUMMARY: "summary" },
  wide: { LINK: "linkTarget" },
});
