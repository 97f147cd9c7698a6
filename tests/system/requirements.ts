/** What mcpctl promises of what belongs to the system itself. */
import type { Requirement } from "../requirements.ts";

export const system = {
  "system.idempotent": {
    behaviour:
      "Every start makes what the system needs and is missing, and a start that misses nothing changes nothing.",
    source: "auth.md, Principals; agents.md, Prompts",
  },
  "system.once": {
    behaviour: "Templates and example roles are given once: who deletes one is rid of it.",
    source: "auth.md, Principals",
  },
  "system.prompts": {
    behaviour: "A system prompt keeps its variables and its project; deleting it puts the original back.",
    source: "agents.md, Prompts",
  },
  "system.protected": {
    behaviour: "The system's user and project stay, and nobody becomes or logs in as its user.",
    source: "auth.md, Principals",
  },
} as const satisfies Record<string, Requirement>;
