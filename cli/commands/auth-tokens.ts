/** One's own long-lived tokens: they act as oneself, for a machine where nobody can log in. For less, there are mcptokens. */
import { kindsByName } from "#db/kinds/index";
import { Failure, usage } from "../failure.ts";
import { relative } from "../render/age.ts";
import { formatValue, formOf } from "../render/object.ts";
import { oneTimeToken } from "../render/shown-once.ts";
import { table } from "../render/table.ts";
import { one, text, toggle, verb } from "../verb.ts";

const PATH = "/api/v1/auth/tokens";

export const createToken = verb({
  about: "Create a personal token, which acts as you, and print it once.",
  examples: ["mcpctl auth create-token gpu-box --expiry 90d > token", "mcpctl login URL --token-stdin < token"],
  args: { name: one("Its name: lower-case letters, digits and '-'.") },
  flags: {
    expiry: text("--expiry <time>", "A duration such as 90m, 36h, 30d, 2w or 1y, an ISO date or date-time, or never.", {
      otherwise: "never",
    }),
  },
  async run({ name, expiry }, tools) {
    const { io, globals } = tools;
    const form = formOf(globals.output);
    const checked = kindsByName.mcptoken.spec.shape.expiry.safeParse(expiry);
    if (!checked.success)
      throw usage(
        `--expiry ${expiry} is not valid.`,
        `Use ${checked.error.issues[0]?.message}.`.replace("expected ", ""),
      );
    const api = await tools.api();
    const answer = await api.call("POST", PATH, { body: { name, ...(expiry === undefined ? {} : { expiry }) } });
    const token = oneTimeToken(answer);
    if (form) {
      const text = await form(answer).catch((error: unknown) => {
        if (token !== undefined) io.err(`The token, which is shown once: ${token}\n`);
        throw error;
      });
      if (token !== undefined && !text.includes(token)) io.err(`The token, which is shown once: ${token}\n`);
      return io.out(text);
    }
    if (token === undefined) throw new Failure("The edge created the token but did not return it.");
    io.err("This token acts as you. It is shown once: store it where only you can read it.\n");
    await io.out(`${token}\n`);
  },
});

export const getTokens = verb({
  about: "List your personal tokens.",
  args: {},
  flags: { noHeaders: toggle("--no-headers", "Don't print the headings.") },
  async run({ noHeaders }, tools) {
    const { io, globals } = tools;
    const { items } = await (await tools.api()).call("GET", PATH);
    const tokens = (Array.isArray(items) ? items : []) as Record<string, unknown>[];
    if (globals.output === "name") return io.out(tokens.map((t) => `${String(t["name"])}\n`).join(""));
    const form = await formatValue(tokens, globals.output);
    if (form !== undefined) return io.out(form);
    if (tokens.length === 0) return io.err("No tokens found.\n");
    const when = (v: unknown) => (typeof v === "string" ? relative(Date.parse(v), tools.now()) : "-");
    const rows = tokens.map((t) => [String(t["name"]), when(t["expiresAt"]), when(t["createdAt"])]);
    await io.out(
      table(["NAME", "EXPIRES", "CREATED"], rows, { columns: io.columns, colour: io.colour.out, headings: !noHeaders }),
    );
  },
});

export const deleteToken = verb({
  about: "Delete one of your personal tokens.",
  args: { name: one("Name of the token.") },
  flags: {},
  forms: [],
  async run({ name }, tools) {
    await (await tools.api()).call("DELETE", `${PATH}/${encodeURIComponent(name)}`).catch((error: unknown) => {
      if (error instanceof Failure && error.code === "not_found")
        throw new Failure(error.message, { ...error.details, hint: "`mcpctl auth get-tokens` lists them." });
      throw error;
    });
    await tools.io.out(`token "${name}" deleted\n`);
  },
});
