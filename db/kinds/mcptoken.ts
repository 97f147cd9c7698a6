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
  about: "A credential for programs and colleagues, limited to what its bindings name.",
  spec: z.strictObject({
    project: ref("project").default("default").describe("The project it belongs to."),
    expiry: expiry.describe("When it ends: some time after it was made (90m, 30d), at a date, or never."),
    rbac: z
      .enum(["empty", "clone"])
      .default("empty")
      .describe("`clone` starts from what its creator may do now, which is then written out."),
    bindings: z.array(binding).max(1000).default([]).describe("What it may do. Never more than its creator may."),
    operations: z.array(operationBinding).max(100).default([]).describe("Operations it may run."),
    limits: limits.optional().describe("What its bearer may use."),
    description,
  }),
  status: z.strictObject({
    state: z.enum(["active", "revoked", "expired"]),
    hash: z.string().describe("SHA-256 of the token; the subject of its rbac definition."),
    createdBy: z.string(),
    expiresAt: z.iso.datetime().optional(),
    revokedAt: z.iso.datetime().optional(),
    lastUsedAt: z.iso.datetime().optional(),
  }),
  verbs: ["get", "create", "delete"],
  alsoWrites: ["rbac"],
  actions: {
    revoke: action({
      about: "Revoke a token for good and keep its record.",
      done: "revoked",
      changes: "status",
      // Whoever may delete a token may do less: end it and keep the record.
      may: { role: "delete" },
      which: "Name or id of its project, where tokens of several are called the same.",
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
