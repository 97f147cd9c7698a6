/** Proves who a person is once, and remembers it for their programs. */
import { readSession } from "#db/client/login";
import { password } from "../connection/password.ts";
import { parseEdge, sendable } from "../connection/target.ts";
import { Failure, usage } from "../failure.ts";
import { optional, type Tools, text, toggle, verb } from "../verb.ts";

export default verb({
  about: "Log in to an edge and save the login.",
  examples: [
    "mcpctl login https://edge.example.com",
    "mcpctl login https://edge.example.com --sso",
    "mcpctl login https://edge.example.com --device",
    "mcpctl login --email ada@example.com --password-stdin < password",
    "mcpctl login https://edge.example.com --token-stdin < token",
  ],
  forms: [],
  args: { edge: optional("The edge's URL. Default: the current edge.") },
  flags: {
    sso: toggle("--sso", "Log in at the edge's OpenID provider, in a browser on this machine.", {
      otherwise: "if the edge accepts no passwords",
    }),
    device: toggle("--device", "Show a code, and log in at the provider in a browser on any machine."),
    email: text("--email <address>", "Your e-mail address. By default, mcpctl asks for it."),
    passwordStdin: toggle("--password-stdin", "Read the password from stdin."),
    tokenStdin: toggle("--token-stdin", "Read a token from stdin and save it instead of a login."),
    name: text("--name <context>", "Name of the context.", {
      otherwise: "the edge's host",
      words: { from: "contexts" },
    }),
  },
  async run(given, tools) {
    const { io, globals, contexts, env } = tools;
    const known = await contexts.read();
    const current = globals.context ?? env["MCPCTL_CONTEXT"] ?? known.currentContext;
    const url =
      given.edge ?? globals.edge ?? env["MCPCTL_EDGE"] ?? (current ? known.contexts[current]?.edge : undefined);
    if (url === undefined) throw usage("The edge is missing.", "mcpctl login https://edge.example.com");
    const edge = parseEdge(url);
    const credential = await prove(edge, given, tools);
    const name = given.name ?? globals.context ?? nameFor(edge, known.contexts, current);
    await contexts.update((file) => {
      const project = globals.project ?? file.contexts[name]?.project;
      file.contexts[name] = { edge, ...credential.keep, ...(project ? { project } : {}) };
      file.currentContext = name;
    });
    io.err(`Logged in to ${edge} as ${credential.who}. Current context: "${name}".\n`);
  },
});

/** A context of the same edge is renewed rather than doubled. */
function nameFor(
  edge: string,
  contexts: Readonly<Record<string, { edge: string }>>,
  current: string | undefined,
): string {
  if (current && contexts[current]?.edge === edge) return current;
  const same = Object.entries(contexts).find(([, c]) => c.edge === edge)?.[0];
  return same ?? new URL(edge).host;
}

interface Given {
  sso: boolean;
  device: boolean;
  tokenStdin: boolean;
  passwordStdin: boolean;
  email: string | undefined;
}

async function prove(edge: string, given: Given, tools: Tools) {
  const byPassword = given.email !== undefined || given.passwordStdin;
  if (Number(given.tokenStdin) + Number(byPassword) + Number(given.sso) + Number(given.device) > 1)
    throw usage("Choose only one way to log in.", "mcpctl login --help");
  if (given.tokenStdin) return tokenLogin(edge, tools);
  if (given.sso || given.device || (!byPassword && (await onlyElsewhere(edge, tools)))) {
    const { browserLogin, deviceLogin } = await import("./login-sso.ts");
    return given.device ? deviceLogin(edge, tools) : browserLogin(edge, tools);
  }
  return passwordLogin(edge, given, tools);
}

/** An edge that does not know the question takes passwords; one that can't be reached says so at the next. */
async function onlyElsewhere(edge: string, tools: Tools): Promise<boolean> {
  const api = await tools.apiAt(edge);
  const methods = await api
    .call("GET", "/api/v1/auth/methods", { anonymous: true })
    .catch((error: unknown): Record<string, unknown> => {
      if (error instanceof Failure && error.exit === 3) return {};
      throw error;
    });
  return methods["password"] === false && typeof methods["sso"] === "object" && methods["sso"] !== null;
}

async function passwordLogin(edge: string, given: { email: string | undefined; passwordStdin: boolean }, tools: Tools) {
  const email = given.email ?? (await tools.io.ask("E-mail: ")).trim();
  const word = await password(given.passwordStdin, tools);
  const api = await tools.apiAt(edge);
  const answer = await api
    .call("POST", "/api/v1/auth/login", { body: { email, password: word }, anonymous: true })
    .catch(asRefusedLogin("The e-mail address or the password is wrong.", "Nothing was changed: try again."));
  const user = answer["user"] as Record<string, unknown> | undefined;
  return { keep: { session: readSession(answer) }, who: String(user?.["name"] ?? email) };
}

/** Tried before it is kept. */
async function tokenLogin(edge: string, tools: Tools) {
  const token = (await tools.io.input()).trim();
  if (token === "") throw usage("The token on stdin is empty.");
  sendable(token, "The token on stdin");
  const api = await tools.apiAt(edge);
  const me = await api
    .call("GET", "/api/v1/auth/me", { anonymous: true, headers: { authorization: `Bearer ${token}` } })
    .catch(
      asRefusedLogin(
        `${edge} does not accept this token: it is mistyped, expired, revoked, or from another edge.`,
        "Nothing was changed: get a new token.",
      ),
    );
  return { keep: { token }, who: String(me["name"] ?? me["tokenName"] ?? "a token") };
}

/** "Log in first" is no answer to somebody who is doing that. */
function asRefusedLogin(message: string, hint: string): (error: unknown) => never {
  return (error) => {
    if (error instanceof Failure && error.code === "not_authenticated")
      throw new Failure(message, { ...error.details, hint, cause: error });
    throw error;
  };
}
