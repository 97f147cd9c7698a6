/** Flags that every verb takes, before it or after it. */
import type { Globals } from "./global-values.ts";
import { type Flags, text, toggle } from "./verb.ts";

export const globalFlags = {
  output: text(
    "-o, --output <format>",
    "table, wide, yaml, json, name, jsonpath=TEMPLATE or custom-columns=HEADING:.path,…",
    {
      words: { from: "words", words: ["table", "wide", "yaml", "json", "name", "jsonpath=", "custom-columns="] },
    },
  ),
  project: text("-p, --project <name>", "The project.", { words: { from: "names", kind: "project" } }),
  context: text("--context <name>", "The context to use.", { words: { from: "contexts" } }),
  edge: text("--edge <url>", "The edge's URL."),
  token: text("--token <token>", "Bearer token. `ps` shows it, so prefer MCPCTL_TOKEN."),
  as: text("--as <account>", "Impersonate a service account, such as ci/deployer."),
  quiet: toggle("-q, --quiet", "Suppress notes and progress."),
  verbose: toggle("-v, --verbose", "Show the request when something fails."),
  color: toggle("--no-color", "No colours, as with NO_COLOR."),
} satisfies Flags;

/** Long and short spellings of global flags → whether a value follows. */
export function globalSpellings(): Map<string, boolean> {
  const spellings = new Map<string, boolean>();
  for (const flag of Object.values(globalFlags))
    for (const part of flag.usage.split(/[ ,]+/))
      if (part.startsWith("-")) spellings.set(part, flag.usage.includes("<"));
  return spellings;
}

/** The words of a command line that are neither flags nor global flags' values: verb, kind, names. */
export function operands(argv: readonly string[]): string[] {
  const spellings = globalSpellings();
  const found: string[] = [];
  for (let i = 0; i < argv.length; i++) {
    const word = argv[i] ?? "";
    if (word === "--") break;
    if (!word.startsWith("-") || word === "-") found.push(word);
    else if (spellings.get(word)) i++;
  }
  return found;
}

export function readGlobals(options: Readonly<Record<string, unknown>>): Globals {
  const string = (key: string) => (typeof options[key] === "string" ? options[key] : undefined);
  return {
    output: string("output"),
    project: string("project"),
    context: string("context"),
    edge: string("edge"),
    token: string("token"),
    as: string("as"),
    quiet: options["quiet"] === true,
    verbose: options["verbose"] === true,
  };
}
