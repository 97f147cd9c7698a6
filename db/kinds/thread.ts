import { z } from "zod";
import { action } from "../schema/action.ts";
import { kind } from "../schema/kind.ts";
import { isSound } from "../schema/sound.ts";

/** Title that a person may choose. */
const title = z.string().trim().min(1).max(200).refine(isSound, "contains a NUL character or half a surrogate pair");

export const thread = kind({
  name: "thread",
  plural: "threads",
  about: "A conversation with an agent. Only its owner can see it.",
  spec: z.strictObject({
    agent: z.string().describe("The agent. The thread is deleted together with its agent."),
    title: z.string().describe("Title of the thread."),
  }),
  status: z.strictObject({ owner: z.string().describe("The user who started it.") }),
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
      // A dry run could find no fault that the action itself does not report at once.
      dryRun: false,
      examples: ["mcpctl get threads", "mcpctl rename ckf3x0v2k0000 --title 'Captions'"],
    }),
  },
  selectable: ["agent", "title"],
  columns: { AGENT: "agent", TITLE: "title" },
});
