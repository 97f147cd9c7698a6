import { z } from "zod";
import { kind } from "../schema/kind.ts";
import { promptFields, promptOwners } from "./parts/prompt-fields.ts";

const linkTarget = z
  .string()
  .max(2048)
  .regex(
    /^[a-z0-9]([-a-z0-9]*[a-z0-9])?\/[a-z0-9]([-a-z0-9]*[a-z0-9])?:\S+$/,
    "must be project/server:uri, the MCP resource whose text it takes",
  );

export const prompt = kind({
  name: "prompt",
  plural: "prompts",
  about: "A text that agents and MCP clients are given.",
  spec: z.strictObject({
    ...promptFields,
    content: promptFields.content.default("").describe("The text itself; empty where linkTarget gives it."),
    linkTarget: linkTarget.optional().describe("project/server:uri of an MCP resource that is shown as its text."),
  }),
  status: z.strictObject({
    link: z.enum(["ok", "missing", "unreachable"]).optional().describe("Whether linkTarget can be read."),
  }),
  atMostOneOf: [promptOwners],
  rules: ({ content, linkTarget: link }) =>
    content === "" && link === undefined
      ? [{ path: "content", message: "is required, unless linkTarget gives the text" }]
      : [],
  nested: [...promptOwners],
  columns: { PROJECT: "project", AGENT: "agent", PRIORITY: "priority", SUMMARY: "summary" },
  wide: { LINK: "linkTarget" },
});
