import { z } from "zod";
import { auditEventKinds } from "../protocol/audit.ts";
import { kind } from "../schema/kind.ts";

export const auditevent = kind({
  name: "auditevent",
  plural: "auditevents",
  shortNames: ["event", "events"],
  about: "A record of an action: who did what to which resource. The edge writes it; it is never created by hand.",
  spec: z.strictObject({
    type: z.enum(auditEventKinds).describe("Type of the event."),
    principal: z.string().optional().describe("Who did it. For a failed login, the user who was named."),
    impersonator: z.string().optional().describe("Who sent the request, if it impersonates another principal."),
    token: z.string().optional().describe("Name of the token of the request."),
    tokenHash: z.string().optional().describe("First characters of this token's hash."),
    project: z.string().optional().describe("Project of this token."),
    action: z
      .string()
      .optional()
      .describe("What was done: created, changed, deleted, login, or the path of the request."),
    about: z.string().optional().describe("The resource that it was done to, such as `llm/gpt`."),
    correlation: z.string().optional().describe("Id of the request, as in the `x-request-id` of its answer."),
    payload: z
      .record(z.string(), z.unknown())
      .describe("Further data, depending on the type. It never contains secrets or bodies."),
  }),
  verbs: ["get"],
  stored: "elsewhere",
  timeline: true,
  selectable: ["type", "principal", "token", "project", "about"],
  columns: { TYPE: "type", ACTION: "action", ABOUT: "about", PRINCIPAL: "principal", TOKEN: "token" },
  wide: { PROJECT: "project", AS: "impersonator", REQUEST: "correlation" },
});
