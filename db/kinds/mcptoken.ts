import { z } from "zod";
import { action } from "../schema/action.ts";
import { description, ref } from "../schema/field.ts";
import { kind } from "../schema/kind.ts";
import { lifeForm } from "../schema/span.ts";
import { binding, operationBinding } from "./parts/grants.ts";
import { limits } from "./parts/limits.ts";

const expiry = z
  .union(
    [z.literal("never"), z.string().regex(new RegExp(`^${lifeForm}$`)), z.iso.date(), z.iso.datetime({ offset: true })],
    { error: "expected a span such as 90m, 36h, 30d, 2w or 1y, an ISO date or date-time, or never" },
  )
  .default("never");

export const mcptoken = kind({
  name: "mcptoken",
  plural: "mcptokens",
  shortNames: ["token", "tokens"],
  about: "A credential for programs and colleagues, with rights of its own.",
  spec: z.strictObject({
    project: ref("project").default("default").describe("The project it belongs to."),
    expiry: expiry.describe("When the token expires: after a time (90m, 30d), at a date, or never."),
    rbac: z
      .enum(["empty", "clone"])
      .default("empty")
      .describe("`clone` copies the rights that its creator has now into `bindings` and `operations`."),
    bindings: z
      .array(binding)
      .max(1000)
      .default([])
      .describe("Rights of the token. They can't exceed those of its creator."),
    operations: z.array(operationBinding).max(100).default([]).describe("Operations that the token may run."),
    limits: limits.optional().describe("Limits for this token."),
    description,
  }),
  status: z.strictObject({
    state: z.enum(["active", "revoked", "expired"]),
    hash: z.string().describe("SHA-256 of the token. Its rbac definition names it as the subject."),
    createdBy: z.string(),
    expiresAt: z.iso.datetime().optional(),
    revokedAt: z.iso.datetime().optional(),
    lastUsedAt: z.iso.datetime().optional(),
  }),
  verbs: ["get", "create", "delete"],
  alsoWrites: ["rbac"],
  actions: {
    revoke: action({
      about: "Revoke a token permanently and keep its record.",
      done: "revoked",
      changes: "status",
      // Revoking is less than deleting: the record stays.
      may: { role: "delete" },
      which: "Name or id of its project, if several projects have a token with this name.",
      examples: ["mcpctl get mcptokens", "mcpctl revoke ci", "mcpctl revoke ci -p web"],
    }),
  },
  scope: "project",
  alternateKey: "status.hash",
  spent: ["revoked", "expired"],
  selectedBy: ["status.state"],
  columns: { PROJECT: "project", STATE: "status.state", EXPIRES: "status.expiresAt", "CREATED BY": "status.createdBy" },
  wide: { "LAST USED": "status.lastUsedAt", BINDINGS: "bindings" },
});
