import { z } from "zod";
import { description, ref } from "../schema/field.ts";
import { kind } from "../schema/kind.ts";
import { limits } from "./parts/limits.ts";
import { pipeline } from "./parts/pipeline.ts";

/** `server__tool`; `*` stands for any characters. */
const toolPattern = z.string().min(1).max(256);

export const project = kind({
  name: "project",
  plural: "projects",
  shortNames: ["proj"],
  about: "A group of servers, prompts, agents, tokens and people with a common purpose.",
  spec: z.strictObject({
    members: z.array(ref("user")).max(10_000).default([]).describe("Names or e-mail addresses of users."),
    owner: ref("user").optional().describe("The responsible user. Default: its creator."),
    servers: z.array(ref("server")).max(1000).default([]).describe("MCP servers whose tools the project offers."),
    instructions: z.string().max(100_000).optional().describe("Instructions that every MCP client gets first."),
    gated: z
      .boolean()
      .default(false)
      .describe(
        "If true, an MCP client sees only the tool `begin_session` at first. It sees the other tools after it has described its task.",
      ),
    tools: z
      .strictObject({
        allow: z
          .array(toolPattern)
          .max(1000)
          .optional()
          .describe("Offer only these tools: `server__tool`; `*` stands for any characters."),
        deny: z.array(toolPattern).max(1000).default([]).describe("Never offer these tools."),
        readOnly: z.boolean().default(false).describe("Offer only tools that are declared as read-only."),
      })
      .prefault({})
      .describe("Selects the tools that it offers."),
    pipeline: pipeline.optional().describe("Stages that process the results of tools, in this order."),
    limits: limits.optional().describe("Limits for the whole project."),
    description,
  }),
  retired: {
    proxyMode: "all requests go through the edge",
    profiles: "the server and rbac define what a server may do",
  },
  columns: { OWNER: "owner", SERVERS: "servers", GATED: "gated", DESCRIPTION: "description" },
  wide: { MEMBERS: "members" },
});
