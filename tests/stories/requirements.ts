/** What mcpctl promises of journeys that touch everything. */
import type { Requirement } from "../requirements.ts";

export const journeys = {
  "story.interrupted": {
    behaviour: "An apply that is killed in the middle converges when it is run again, and then changes nothing.",
    source: "resources.md, apply",
  },
  "story.name-scoped": {
    behaviour: "Who has rights on names alone sees these and nothing else: listed, described and watched.",
    source: "auth.md, RBAC",
  },
  "story.move": {
    behaviour: "What get all -o yaml prints goes into another edge, and is there what it was.",
    source: "resources.md",
  },
  "story.cloned-token": {
    behaviour: "A cloned token has what its creator had, written out: made again by somebody else, it has no more.",
    source: "auth.md, Tokens",
  },
} as const satisfies Record<string, Requirement>;
