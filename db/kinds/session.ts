import { z } from "zod";
import { kind } from "../schema/kind.ts";

export const session = kind({
  name: "session",
  plural: "sessions",
  about: "A login or a personal token of a user. When you delete it, it stops working everywhere within five seconds.",
  spec: z.strictObject({
    user: z.string().describe("The user that it belongs to."),
    type: z
      .enum(["login", "personal"])
      .describe("`login`: a login, which is renewed automatically. `personal`: a personal token."),
    client: z.string().describe("Name that the client gave at login, or name of the personal token."),
  }),
  status: z.strictObject({
    renewedAt: z.iso.datetime().optional().describe("When the login was last renewed."),
    expiresAt: z.iso.datetime().optional().describe("When it expires. If absent, it never expires."),
    current: z.boolean().optional().describe("Whether this request uses it."),
  }),
  permission: "users",
  verbs: ["get", "delete"],
  stored: "elsewhere",
  owned: { others: "edit" },
  selectable: ["user", "type", "client"],
  columns: {
    USER: "user",
    TYPE: "type",
    CLIENT: "client",
    RENEWED: "status.renewedAt",
    EXPIRES: "status.expiresAt",
    CURRENT: "status.current",
  },
});
