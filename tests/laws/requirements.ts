/** What mcpctl promises of its own code and documents. */
import type { Requirement } from "../requirements.ts";

export const laws = {
  "law.imports": {
    behaviour: "Imports flow one way: db ← edge, control-plane, cli, local-agent, which never import each other.",
    source: "architecture.md, Folders",
  },
  "law.circles": {
    behaviour: "No file imports itself in a circle, types included.",
    source: "contributing.md",
  },
  "law.rooms": {
    behaviour: "A room of the edge imports only from the rooms that it is said to need.",
    source: "contributing.md",
  },
  "law.size": { behaviour: "No file has more than 350 lines.", source: "style.md, 2" },
  "law.no-kind-names": { behaviour: "Generic folders name no kind.", source: "style.md, 1" },
  "law.permissions": {
    behaviour: "Every route declares a permission, and a public one says why.",
    source: "auth.md; style.md, 8",
  },
  "law.typed": { behaviour: "No any and no silenced compiler.", source: "style.md, 15" },
  "law.pins": { behaviour: "Every dependency is pinned to one version.", source: "contributing.md" },
  "law.bindings": {
    behaviour: "wrangler.toml declares exactly the bindings that edge/env.ts reads.",
    source: "style.md, 13",
  },
  "law.kinds": {
    behaviour: "Envelope, spec and status share no name; every column exists in the schema.",
    source: "resources.md",
  },
  "law.actions": {
    behaviour: "Every action that a kind describes has an implementation, a route and a verb; and there is no other.",
    source: "contributing.md",
  },
  "law.kind-pages": {
    behaviour: "The page of every kind is what its description says, and its examples can be applied.",
    source: "style.md, 13; resources.md",
  },
  "law.docs": { behaviour: "Documentation names no file that is not there.", source: "style.md, 14" },
  "law.no-secrets": { behaviour: "The repository holds no secret and no path of a machine.", source: "quality.md" },
  "law.verbs": {
    behaviour: "A verb has no process, console, clock or network of its own: it gets them.",
    source: "style.md, 6; sketch.md, A verb",
  },
  "law.objects": {
    behaviour: "An object's one alarm is set by the kit alone, and the store is opened in one place.",
    source: "architecture.md, Durable Objects",
  },
  "law.log": {
    behaviour: "The edge logs through one function, events that are on one list and in the operator's document.",
    source: "operating.md, The log of the edge",
  },
  "law.requirements": { behaviour: "Every requirement is verified by a test.", source: "style.md, 8" },
} as const satisfies Record<string, Requirement>;
