import { z } from "zod";
import { action } from "../schema/action.ts";
import { kind } from "../schema/kind.ts";
import { isSound } from "../schema/sound.ts";

/** What somebody may call one. */
const title = z.string().trim().min(1).max(200).refine(isSound, "contains a NUL character or half a surrogate pair");

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
  actions: {
    rename: action({
      about: "Rename a thread.",
      done: "renamed",
      changes: "spec",
      may: { role: "view" },
      takes: z.strictObject({ title }),
      at: { method: "PATCH" },
      // Nothing of it can fail but what is told at once.
      dryRun: false,
      examples: ["mcpctl get threads", "mcpctl rename ckf3x0v2k0000 --title 'Captions'"],
    }),
  },
  selectable: ["agent", "title"],
  columns: { AGENT: "agent", TITLE: "title" },
});
