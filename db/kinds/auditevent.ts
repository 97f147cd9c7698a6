import { z } from "zod";
import { auditEventKinds } from "../protocol/audit.ts";
import { kind } from "../schema/kind.ts";

export const auditevent = kind({
  name: "auditevent",
  plural: "auditevents",
  shortNames: ["event", "events"],
  about: "Something that happened: who did it, to what. Written by the edge, never by hand.",
  spec: z.strictObject({
    type: z.enum(auditEventKinds).describe("What kind of event."),
    principal: z.string().optional().describe("Who did it; of a failed login, as whom it was tried."),
    impersonator: z.string().optional().describe("Who really sent the request, where it was made as somebody else."),
    token: z.string().optional().describe("Name of the token that was used."),
    tokenHash: z.string().optional().describe("First characters of that token's hash."),
    project: z.string().optional().describe("Project of that token."),
    action: z
      .string()
      .optional()
      .describe("What was done: created, changed, deleted, login, or the path that was asked."),
    about: z.string().optional().describe("What it was done to: `llm/gpt`."),
    correlation: z.string().optional().describe("Id of the request."),
    payload: z.record(z.string(), z.unknown()).describe("Facts of the type. Never a secret, never a body."),
  }),
  verbs: ["get"],
  stored: "elsewhere",
  timeline: true,
  selectable: ["type", "principal", "token", "project", "about"],
  columns: { TYPE: "type", ACTION: "action", ABOUT: "about", PRINCIPAL: "principal", TOKEN: "token" },
  wide: { PROJECT: "project", AS: "impersonator", REQUEST: "correlation" },
});
