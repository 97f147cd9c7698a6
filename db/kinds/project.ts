import { z } from "zod";
import { description, ref } from "../schema/field.ts";
import { kind } from "../schema/kind.ts";
import { limits } from "./parts/limits.ts";
import { pipeline } from "./parts/pipeline.ts";

/** `server__tool`, or with `*` for any run of characters. */
const toolPattern = z.string().min(1).max(256);

export const project = kind({
  name: "project",
  plural: "projects",
  shortNames: ["proj"],
  about: "What belongs together: servers, prompts, agents and tokens of one purpose, and the people on it.",
  spec: z.strictObject({
    members: z.array(ref("user")).max(10_000).default([]).describe("Names or e-mail addresses of users."),
    owner: ref("user").optional().describe("Who looks after it. Default: whoever creates it."),
    servers: z.array(ref("server")).max(1000).default([]).describe("MCP servers whose tools it offers."),
    instructions: z.string().max(100_000).optional().describe("What every MCP client is told first."),
    gated: z
      .boolean()
      .default(false)
      .describe("MCP clients see `begin_session` first, and the tools after they have said what they are about."),
    tools: z
      .strictObject({
        allow: z
          .array(toolPattern)
          .max(1000)
          .optional()
          .describe("Only these: `server__tool`, `*` for any characters."),
        deny: z.array(toolPattern).max(1000).default([]).describe("Never these."),
        readOnly: z.boolean().default(false).describe("Only tools that say that they change nothing."),
      })
      .prefault({})
      .describe("Which tools of its servers it offers."),
    pipeline: pipeline.optional().describe("What the results of tools pass through."),
    limits: limits.optional().describe("What all who work in it may use together."),
    description,
  }),
  retired: {
    proxyMode: "every request goes through the edge",
    profiles: "what a server may do is said by the server and by rbac",
  },
  columns: { OWNER: "owner", SERVERS: "servers", GATED: "gated", DESCRIPTION: "description" },
  wide: { MEMBERS: "members" },
});
