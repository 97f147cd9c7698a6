/** Resources, and declarative work on them. */
import type { Requirement } from "../requirements.ts";

export const resources = {
  "resources.personality-scope": {
    behaviour:
      "A personality attaches prompts of its agent, of its agent's project, or of nobody; nothing breaks that later.",
    source: "agents.md, Personalities",
  },
  "resources.attach": {
    behaviour: "Attaching twice and detaching what is not attached are refused, and name what is wrong.",
    source: "agents.md, Personalities",
  },
  "resources.approve": {
    behaviour:
      "A promptrequest becomes a prompt by who may create prompts; what was cut off is finished by asking again.",
    source: "agents.md, Prompts; auth.md, RBAC",
  },
  "resources.nested-lists": {
    behaviour: "What a kind names has lists of that kind below it: /projects/:p/agents, /agents/:a/prompts.",
    source: "resources.md",
  },
  "threads.owner": {
    behaviour: "A thread exists for its owner alone; anybody else gets the 404 of one that does not exist.",
    source: "auth.md, RBAC; agents.md",
  },
  "resources.cascade": {
    behaviour: "What belongs to a resource is deleted with it, and what others refer to keeps all of it.",
    source: "resources.md",
  },
  "resources.store-invariants": {
    behaviour: "The store's constraints hold what excludes each other, whoever writes.",
    source: "resources.md, Store",
  },
  "resources.dormant": {
    behaviour: "A field that is kept and not acted upon is told to whoever sets it.",
    source: "resources.md",
  },
  "resources.crud": {
    behaviour:
      "Every kind can be created, listed, read by name and id, replaced, patched and deleted as its verbs say.",
    source: "resources.md, Routes",
  },
  "resources.lost-update": {
    behaviour: "PUT with an If-Match of an older version is refused with 412 and changes nothing.",
    source: "resources.md, Routes",
  },
  "resources.still-referred": {
    behaviour: "Deleting what others refer to is a 409 that names them.",
    source: "resources.md, Routes",
  },
  "resources.paging": {
    behaviour: "A list pages with limit and continue and shows each row once.",
    source: "resources.md, Routes",
  },
  "resources.selectors": {
    behaviour: "Lists are selected by labels.",
    source: "resources.md, Routes",
  },
  "resources.faults": {
    behaviour: "A refused document names the path, what was expected, and a near spelling; unknown fields are errors.",
    source: "resources.md, Routes",
  },
  "resources.unchanged": {
    behaviour: "Writing what is already there writes nothing: the version stays.",
    source: "resources.md, apply",
  },
  "resources.dry-run": {
    behaviour: "A dry run answers what would be stored and stores nothing.",
    source: "resources.md, apply",
  },
  "apply.three-way": {
    behaviour: "Apply takes away what it set before and no longer has, and leaves alone what it never set.",
    source: "resources.md, apply",
  },
  "apply.prune": {
    behaviour: "Prune deletes what apply made, that is selected and in no file; nothing else.",
    source: "resources.md, apply",
  },
  "apply.resumable": {
    behaviour: "An apply that was cut off anywhere and is run again ends where one that was not would have.",
    source: "resources.md, apply",
  },
  "apply.cycles": {
    behaviour: "Documents that refer to each other are applied in two passes, or the circle is named before any write.",
    source: "resources.md, apply",
  },
  "resources.openapi": {
    behaviour: "The OpenAPI 3.1 document lists every route.",
    source: "resources.md, Routes",
  },
  "secrets.write-only": {
    behaviour: "A secret's values are in no answer, list, log, audit event, error or process list.",
    source: "secrets.md; quality.md, Security matrix",
  },
  "secrets.sealed": {
    behaviour:
      "Values lie encrypted in the store; a sealed value can't be moved to another row or read with another key.",
    source: "secrets.md, Backends",
  },
} as const satisfies Record<string, Requirement>;
