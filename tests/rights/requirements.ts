/** What somebody may do. */
import type { Requirement } from "../requirements.ts";

export const rights = {
  "rbac.personalities": {
    behaviour: "A personality is viewed, made, changed and deleted by the rights on its agent, by name too.",
    source: "auth.md, RBAC; resources.md",
  },
  "rbac.golden-table": {
    behaviour: "Role × action × kind × scope decides as the reviewed table says.",
    source: "style.md, 8; quality.md, Security matrix",
  },
  "rbac.edit-excludes-run": {
    behaviour: "edit includes view, create and delete and never run; create, delete and run do not include view.",
    source: "auth.md, RBAC",
  },
  "rbac.names-and-ids": {
    behaviour: "A name-scoped binding matches whether the caller used the name or the id.",
    source: "auth.md, RBAC",
  },
  "rbac.filtered-lists": {
    behaviour: "A name-scoped caller's list holds only what its bindings name, in pages and counts too.",
    source: "auth.md, RBAC",
  },
  "rbac.creator-ceiling": {
    behaviour: "A token gets no binding that its creator does not satisfy.",
    source: "auth.md, Tokens",
  },
  "rbac.token-wall": {
    behaviour: "A token reaches its own project, inference and /auth/me, and nothing else, whatever its bindings say.",
    source: "auth.md, Tokens",
  },
  "rbac.review": {
    behaviour: "Who reaches a resource, by which binding of which definition and through which group, can be asked.",
    source: "cli.md; auth.md, RBAC",
  },
  "rbac.every-route": {
    behaviour: "Every route answers as its declared permission says to each kind of credential.",
    source: "quality.md, Security matrix",
  },
} as const satisfies Record<string, Requirement>;
