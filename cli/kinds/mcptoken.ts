/** A token is made to be handed on: short words for what it may do. */

import { kindsByName } from "#db/kinds/index";
import { coerce } from "../schema/flags.ts";
import { list } from "../verb.ts";
import type { CreateHook, KindHook } from "./hook.ts";

const { shape } = kindsByName.mcptoken.spec;

const create: CreateHook = {
  examples: [
    "mcpctl create mcptoken colleague --bind run:llms:gpt --expiry 30d",
    "mcpctl create mcptoken ci -p web --bind view:llms --bind run:llms:gpt > token.txt",
    "mcpctl create mcptoken me-too --rbac clone",
  ],
  replaces: ["bindings", "operations"],
  writtenAs: { bindings: "--bind", operations: "--bind-operation" },
  flags: {
    bind: list(
      "--bind <role:resource:[name]>",
      "A right of the token, such as run:llms:gpt or view:secrets. Repeatable.",
    ),
    bindOperation: list(
      "--bind-operation <operation>",
      "An operation that the token may run, such as backup. Repeatable.",
    ),
  },
  async prepare(spec, given, { io, globals }) {
    const bindings = given["bind"] as string[];
    const operations = given["bindOperation"] as string[];
    if (bindings.length > 0) spec["bindings"] = coerce(shape.bindings, bindings, "--bind");
    if (operations.length > 0) spec["operations"] = coerce(shape.operations, operations, "--bind-operation");
    if (bindings.length + operations.length === 0 && spec["rbac"] !== "clone" && !globals.quiet)
      io.err(
        "Note: without --bind the token has no rights, and it can't be changed later. Example: --bind run:llms:NAME\n",
      );
    return undefined;
  },
};

export default { create } satisfies KindHook;
