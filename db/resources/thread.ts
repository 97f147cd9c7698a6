import { z } from "zod";
import { kind } from "./kind.ts";

export const thread = kind({
  name: "thread",
  plural: "threads",
  about: "A conversation with an agent. Only whoever began it sees it; for everybody else it does not exist.",
  spec: z.strictObject({
    agent: z.string().describe("Whom it is with. It goes when the agent goes."),
    title: z.string().describe("What it is called in lists."),
  }),
  status: z.strictObject({ owner: z.string().describe("Who began it.") }),
  permission: "agents",
  verbs: ["get", "delete"],
  stored: "elsewhere",
  owned: { own: "view" },
  selectable: ["agent", "title"],
  columns: { AGENT: "agent", TITLE: "title" },
});
