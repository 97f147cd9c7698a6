/** What mcpctl promises to who watches. */
import type { Requirement } from "../requirements.ts";

export const watching = {
  "watch.events": {
    behaviour: "A watch tells what is there, that this was all, and then each change as ADDED, MODIFIED or DELETED.",
    source: "Kubernetes API concepts, Efficient detection of changes",
  },
  "watch.resume": {
    behaviour: "A watch goes on where a list, an event, a bookmark or a resource's version says, and misses nothing.",
    source: "Kubernetes API concepts, Efficient detection of changes",
  },
  "watch.selectors": {
    behaviour: "With a selector, what begins to match is ADDED and what ends to match is DELETED with its last state.",
    source: "Kubernetes API concepts, Watch",
  },
  "watch.visible": {
    behaviour: "A watch tells a caller of no name that it may not see, and ends when its rights do.",
    source: "auth.md, RBAC",
  },
  "watch.expired": {
    behaviour: "A resourceVersion whose changes are no longer known gets 410 expired.",
    source: "Kubernetes API concepts, 410 Gone responses",
  },
  "watch.restart": {
    behaviour: "What is written while an edge is away reaches a watcher that comes back, once.",
    source: "quality.md, Reliability drills",
  },
} as const satisfies Record<string, Requirement>;
