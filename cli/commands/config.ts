/** The contexts file by hand. Nothing here shows a credential. */
import { parseEdge, sendable } from "../connection/target.ts";
import { Failure, usage } from "../failure.ts";
import { formatValue } from "../render/object.ts";
import { table } from "../render/table.ts";
import { one, optional, type Tools, toggle, verb, type Word } from "../verb.ts";

const word = (v: ReturnType<typeof verb>): Word => ({ about: v.about, load: async () => v });
const contextArg = one("Name of a context.", { from: "contexts" });

async function mustExist(name: string, tools: Tools) {
  const known = Object.keys((await tools.contexts.read()).contexts);
  if (!known.includes(name))
    throw new Failure(`There is no context "${name}".`, { exit: 3, hint: `Known: ${known.join(", ") || "none"}.` });
}

const view = verb({
  about: "Show the configuration without credentials.",
  args: {},
  flags: {},
  async run(_given, { contexts, io, globals }) {
    const file = await contexts.read();
    const shown = {
      ...(file.currentContext ? { currentContext: file.currentContext } : {}),
      contexts: Object.fromEntries(
        Object.entries(file.contexts).map(([name, { edge, project, token, session }]) => [
          name,
          { edge, ...(project ? { project } : {}), credential: token ? "token" : session ? "login" : "none" },
        ]),
      ),
    };
    await io.out((await formatValue(shown, globals.output ?? "yaml")) ?? "");
  },
});

const getContexts = verb({
  about: "List the contexts.",
  forms: ["name"],
  args: {},
  flags: { noHeaders: toggle("--no-headers", "Don't print the headings.") },
  async run({ noHeaders }, { contexts, io, globals }) {
    const file = await contexts.read();
    const entries = Object.entries(file.contexts);
    if (globals.output === "name") return io.out(entries.map(([name]) => `${name}\n`).join(""));
    if (entries.length === 0) return io.err("No contexts found.\n");
    const rows = entries.map(([name, e]) => [
      name,
      name === file.currentContext ? "*" : "",
      e.edge,
      e.project ?? "-",
      e.token ? "token" : e.session ? "login" : "none",
    ]);
    await io.out(
      table(["NAME", "CURRENT", "EDGE", "PROJECT", "CREDENTIAL"], rows, {
        columns: io.columns,
        colour: io.colour.out,
        headings: !noHeaders,
      }),
    );
  },
});

const currentContext = verb({
  about: "Show the current context.",
  args: {},
  flags: {},
  forms: [],
  async run(_given, { contexts, io }) {
    const { currentContext } = await contexts.read();
    if (!currentContext)
      throw new Failure("There is no current context.", { hint: "`mcpctl config use-context NAME` selects one." });
    await io.out(`${currentContext}\n`);
  },
});

const useContext = verb({
  about: "Change the current context.",
  args: { name: contextArg },
  flags: {},
  forms: [],
  async run({ name }, tools) {
    await mustExist(name, tools);
    await tools.contexts.update((file) => {
      file.currentContext = name;
    });
    tools.io.err(`Switched to context "${name}".\n`);
  },
});

const setContext = verb({
  about: "Add or change a context.",
  examples: [
    "mcpctl config set-context home --edge https://edge.example.com --token-stdin < token",
    "mcpctl config set-context --current -p shop",
    "mcpctl config set-context --current -p ''    # removes the project",
  ],
  forms: [],
  args: { name: optional("Name of the context. Optional with --current.", { from: "contexts" }) },
  flags: {
    tokenStdin: toggle("--token-stdin", "Read the token from stdin."),
    current: toggle("--current", "Make it the current context. Without a name: change the current context."),
    currentIfNone: toggle("--current-if-none", "Make it the current context if there is none."),
  },
  async run({ name: named, tokenStdin, current, currentIfNone }, tools) {
    const { contexts, globals, io } = tools;
    const name = named ?? (current ? (await contexts.current())?.name : undefined);
    if (name === undefined)
      throw usage("The context is missing.", "mcpctl config set-context NAME; or --current for the current one.");
    const edge = globals.edge === undefined ? undefined : parseEdge(globals.edge);
    const token = tokenStdin ? (await io.input()).trim() : globals.token;
    if (token === "") throw usage("The token on stdin is empty.");
    if (token !== undefined) sendable(token, "The token");
    const created = await contexts.update((file) => {
      const before = file.contexts[name];
      const url = edge ?? before?.edge;
      if (url === undefined) throw usage(`Context "${name}" is new: set its edge with --edge URL.`);
      // A credential belongs to its edge; another edge must not get it.
      const { project: _, ...credential } = before ?? {};
      const kept = before && URL.parse(before.edge)?.origin === URL.parse(url)?.origin ? credential : {};
      const project = globals.project ?? before?.project;
      file.contexts[name] = {
        ...(token === undefined ? kept : {}),
        edge: url,
        ...(token === undefined ? {} : { token }),
        ...(project ? { project } : {}),
      };
      if (current || (currentIfNone && (!file.currentContext || !file.contexts[file.currentContext])))
        file.currentContext = name;
      return !before;
    });
    io.err(`Context "${name}" ${created ? "created" : "changed"}.\n`);
  },
});

const renameContext = verb({
  about: "Rename a context.",
  args: { name: contextArg, to: one("Its new name.") },
  flags: {},
  forms: [],
  async run({ name, to }, tools) {
    await mustExist(name, tools);
    await tools.contexts.update((file) => {
      const entry = file.contexts[name];
      if (!entry || name === to) return;
      if (Object.hasOwn(file.contexts, to))
        throw new Failure(`There is a context "${to}" already.`, {
          hint: "`mcpctl config delete-context` deletes it.",
        });
      delete file.contexts[name];
      file.contexts[to] = entry;
      if (file.currentContext === name) file.currentContext = to;
    });
    tools.io.err(`Context "${name}" renamed to "${to}".\n`);
  },
});

const deleteContext = verb({
  about: "Delete a context and its credential.",
  args: { name: contextArg },
  flags: {},
  forms: [],
  async run({ name }, tools) {
    await mustExist(name, tools);
    await tools.contexts.update((file) => {
      delete file.contexts[name];
      if (file.currentContext === name) delete file.currentContext;
    });
    tools.io.err(`Context "${name}" deleted.\n`);
  },
});

export const words: Readonly<Record<string, Word>> = {
  view: word(view),
  "get-contexts": word(getContexts),
  "current-context": word(currentContext),
  "use-context": word(useContext),
  "set-context": word(setContext),
  "rename-context": word(renameContext),
  "delete-context": word(deleteContext),
};
