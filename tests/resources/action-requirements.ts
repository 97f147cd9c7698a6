/** What every action on a kind keeps. */
import type { Requirement } from "../requirements.ts";

export const actions = {
  "actions.precondition": {
    behaviour: "Of two actions at once with the same If-Match one is done, and the other is refused with 412.",
    source: "RFC 9110, 13.1.1; resources.md",
  },
  "actions.dry-run": {
    behaviour: "A rehearsed action answers what would be; store, watchers and audit trail stay as they are.",
    source: "resources.md",
  },
  "actions.told": {
    behaviour: "An action is told to whoever watches its kind, and to the audit trail with its name and what changed.",
    source: "operations.md, Audit",
  },
} as const satisfies Record<string, Requirement>;
