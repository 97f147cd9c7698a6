/** The command line. */
import type { Requirement } from "../requirements.ts";

export const commandLine = {
  "apply.selector": {
    behaviour: "`-l` beside `-f` limits apply, diff and delete to the documents that have these labels.",
    source: "https://kubernetes.io/docs/reference/kubectl/generated/kubectl_apply/",
  },
  "cli.jsonpath": {
    behaviour: "A jsonpath template prints what kubectl prints for it, and is refused where kubectl refuses it.",
    source: "https://kubernetes.io/docs/reference/kubectl/jsonpath/",
  },
  "cli.spans": {
    behaviour: "A span of time is minutes, hours, days, weeks or years wherever one is given, read by one reader.",
    source: "resources.md",
  },
  "cli.forms": {
    behaviour: "A form of output that a verb does not have is refused before anything is done, never ignored.",
    source: "cli.md",
  },
  "cli.create-help": {
    behaviour: "`create KIND --help` shows working examples, and sets fields of fields apart from the rest.",
    source: "cli.md",
  },
  "cli.create-from": {
    behaviour: "A server is made of a template and values; what is missing or wrong is said by the name it has there.",
    source: "mcp.md; resources.md",
  },
  "cli.round-trip": {
    behaviour: "What get -o yaml prints goes into apply -f and is reported unchanged.",
    source: "resources.md; cli.md",
  },
  "cli.exit-codes": {
    behaviour: "0 ok, 1 failed, 2 usage, 3 not found, 4 not allowed, 5 unreachable.",
    source: "cli.md",
  },
  "cli.streams": {
    behaviour: "stdout is the answer, stderr is everything else.",
    source: "cli.md",
  },
  "cli.verbs": {
    behaviour: "get, describe, create, apply, edit, delete, run, login and whoami work against a real edge.",
    source: "cli.md",
  },
  "cli.create-any-field": {
    behaviour: "Every field of every kind can be set by create: by its flag, by its path, from a file.",
    source: "cli.md",
  },
  "cli.completion": {
    behaviour: "Shells complete verbs, kinds, names from the edge, flags and their values.",
    source: "cli.md",
  },
  "cli.private-files": {
    behaviour: "Stored credentials are readable by their owner only (0600).",
    source: "cli.md",
  },
  "cli.colleague": {
    behaviour: "A colleague's token runs the one LLM that it names and sees no other.",
    source: "auth.md, Tokens",
  },
} as const satisfies Record<string, Requirement>;
