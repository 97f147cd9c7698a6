/** What one may do, asked of the edge that decides it. */

import { findKind } from "#db/kinds/index";
import { operations, roles } from "#db/kinds/parts/grants";
import { near as nearest } from "#db/schema/near";
import { usage } from "../failure.ts";
import { parseKind } from "../kinds.ts";
import { formatValue } from "../render/object.ts";
import { table } from "../render/table.ts";
import { optional, type Tools, toggle, type Verb, verb, type Word } from "../verb.ts";
import { unlink } from "./auth-identities.ts";
import { createToken, deleteToken, getTokens } from "./auth-tokens.ts";

/** kubectl's words for what the roles here are called. */
const alsoCalled: Readonly<Record<string, string>> = {
  get: "view",
  list: "view",
  describe: "view",
  watch: "view",
  update: "edit",
  apply: "edit",
  patch: "edit",
  infer: "run",
  use: "run",
};

const canI = verb({
  about: "Check whether you may do something. The answer is yes or no.",
  examples: [
    "mcpctl auth can-i edit llms",
    "mcpctl auth can-i run llm gpt",
    "mcpctl auth can-i run backup",
    "mcpctl auth can-i --list",
    "mcpctl auth can-i run llm gpt --as ci/deployer",
  ],
  args: {
    verb: optional("view, create, edit, delete or run.", { from: "words", words: roles }),
    kind: optional("A kind or `*`; after `run` also an operation.", { from: "kinds" }),
    name: optional("Name of a resource.", { from: "names" }),
  },
  flags: { list: toggle("--list", "List all your rights.") },
  async run(given, tools) {
    if (given.list) return listAll(tools);
    if (tools.globals.output !== undefined)
      throw usage("can-i answers yes or no and has no output format.", "Leave out -o, or use --list.");
    if (given.verb === undefined || given.kind === undefined)
      throw usage("The verb or the kind is missing.", "mcpctl auth can-i run llms gpt");
    const role = roles.find((r) => r === (alsoCalled[given.verb ?? ""] ?? given.verb));
    if (!role) {
      const near = nearest(given.verb, [...roles, ...Object.keys(alsoCalled)]);
      throw usage(
        `There is no verb "${given.verb}".`,
        near ? `Did you mean "${near}"?` : `The verbs are: ${roles.join(", ")}.`,
      );
    }
    const api = await tools.api();
    const answer = await api.call("POST", "/api/v1/auth/can-i", { body: question(role, given.kind, given.name) });
    const allowed = answer["allowed"] === true;
    const because = typeof answer["because"] === "string" ? answer["because"] : undefined;
    await tools.io.out(allowed ? "yes\n" : "no\n");
    if (because) tools.io.err(`${because}\n`);
    return allowed ? 0 : 1;
  },
});

function question(role: string, word: string, name: string | undefined): Record<string, unknown> {
  const [kindWord = word, inName = name] = word.includes("/") ? word.split("/", 2) : [];
  if (kindWord === "*") return { role, resource: "*" };
  const action = operations.find((o) => o === kindWord);
  if (role === "run" && action && !findKind(kindWord)) return { role, action };
  const kind = parseKind(kindWord);
  if (kind.governedByParent && inName)
    throw usage(
      `The rights on a ${kind.name} are those on its ${kind.scope}.`,
      `Check the ${kind.scope}: mcpctl auth can-i ${role} ${kind.scope} NAME`,
    );
  return { role, resource: kind.permission, ...(inName ? { name: inName } : {}) };
}

async function listAll({ api, io, globals }: Tools): Promise<undefined> {
  const me = await (await api()).call("GET", "/api/v1/auth/me");
  const bindings = (Array.isArray(me["bindings"]) ? me["bindings"] : []) as Record<string, unknown>[];
  const mayRun = (Array.isArray(me["operations"]) ? me["operations"] : []) as unknown[];
  const text = await formatValue({ bindings, operations: mayRun }, globals.output);
  if (text !== undefined) {
    await io.out(text);
    return;
  }
  const action = (o: unknown) =>
    String(typeof o === "object" && o !== null ? (o as Record<string, unknown>)["action"] : o);
  const rows = [
    ...bindings.map((b) => [String(b["role"]), String(b["resource"]), b["name"] ? String(b["name"]) : "*"]),
    ...mayRun.map((o) => ["run", `${action(o)} (operation)`, "-"]),
  ];
  if (rows.length === 0) io.err("You have no rights.\n");
  else
    await io.out(
      table(["VERB", "RESOURCE", "NAME"], rows, { columns: io.columns, colour: io.colour.out, headings: true }),
    );
}

const word = (v: Verb): Word => ({ about: v.about, load: async () => v });

export const words: Readonly<Record<string, Word>> = {
  "can-i": word(canI),
  "create-token": word(createToken),
  "get-tokens": word(getTokens),
  "delete-token": word(deleteToken),
  unlink: word(unlink),
};
