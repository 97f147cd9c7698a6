/** Wires one run: which edge, whose credential, and the rest that a verb may touch. */
import { openContexts } from "#db/client/contexts";
import { configDirectory } from "#db/client/contexts-file";
import { type Api, connect } from "./connection/api.ts";
import { findTarget } from "./connection/target.ts";
import type { Globals } from "./global-values.ts";
import type { Io } from "./io.ts";
import type { Surroundings } from "./surroundings.ts";
import type { Tools } from "./verb.ts";

export function openTools(globals: Globals, around: Surroundings): Tools {
  const { io, env, cwd, now, signal } = around;
  const contexts = openContexts(configDirectory({ ...env }, around.home), {
    now,
    warn: (text) => globals.quiet || io.err(`Warning: ${text}\n`),
  });
  let api: Promise<Api> | undefined;
  return {
    io: globals.quiet ? quietly(io) : io,
    globals,
    now,
    env,
    cwd,
    signal,
    contexts,
    sleep: around.sleep,
    browse: around.browse,
    async api() {
      api ??= findTarget(globals, env, contexts).then((target) => connect(target, around, contexts, globals));
      return api;
    },
    async apiAt(edge) {
      return connect({ edge }, around, contexts, globals);
    },
    async project() {
      return globals.project ?? (await contexts.current(globals.context ?? env["MCPCTL_CONTEXT"]))?.entry.project;
    },
    async editor(file) {
      const { openEditor } = await import("./connection/editor.ts");
      await openEditor(file, around);
    },
    async download(url) {
      const { download } = await import("./connection/download.ts");
      return download(url, around);
    },
  };
}

/** Errors are still written by the program itself, to the real one. */
function quietly(io: Io): Io {
  return {
    out: (text) => io.out(text),
    err: () => undefined,
    get columns() {
      return io.columns;
    },
    get rows() {
      return io.rows;
    },
    colour: io.colour,
    terminal: io.terminal,
    input: () => io.input(),
    bytes: () => io.bytes(),
    ask: (question, options) => io.ask(question, options),
  };
}
