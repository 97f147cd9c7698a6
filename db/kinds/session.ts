import { z } from "zod";
import { kind } from "../schema/kind.ts";

export const session = kind({
  name: "session",
  plural: "sessions",
  about:
    "A user's way in: a login, or a long-lived token of their own. Deleting one ends it everywhere within seconds.",
  spec: z.strictObject({
    user: z.string().describe("Whose it is."),
    type: z.enum(["login", "personal"]).describe("`login` renews itself; `personal` is a token made by its user."),
    client: z.string().describe("What the client called itself at login, or what its user called the token."),
  }),
  status: z.strictObject({
    renewedAt: z.iso.datetime().optional().describe("When a login last got a new access token."),
    expiresAt: z.iso.datetime().optional().describe("When it ends by itself; absent: never."),
    current: z.boolean().optional().describe("The one that this request was made with."),
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
