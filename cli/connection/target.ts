/** Which edge and which credential: flags, then the environment, then the context. Pure but for reading the file. */
import type { ContextStore } from "#db/client/contexts";
import type { ContextEntry } from "#db/client/contexts-file";
import { readCredential } from "#db/protocol/header-value";
import { Failure, usage } from "../failure.ts";
import type { Globals } from "../global-values.ts";

export interface Target {
  /** Without a trailing slash. */
  edge: string;
  token?: string;
  /** The context whose login is used and renewed. */
  session?: { context: string; accessToken: string; refreshToken: string; expiresAt: string };
  project?: string;
}

export async function findTarget(
  globals: Globals,
  env: Readonly<Record<string, string | undefined>>,
  contexts: ContextStore,
): Promise<Target> {
  // A variable that is set to nothing counts as not set.
  const named = globals.context ?? (env["MCPCTL_CONTEXT"] || undefined);
  const edge = globals.edge ?? (env["MCPCTL_EDGE"] || undefined);
  const token = tokenOf(globals.token ?? (env["MCPCTL_TOKEN"] || undefined));
  if (edge !== undefined && token !== undefined) return { edge: parseEdge(edge), token };
  const chosen = await contexts.current(named);
  if (edge === undefined && !chosen)
    throw new Failure("No edge is configured.", {
      exit: 5,
      hint: "Start an edge with `npm start`, or log in to one: `mcpctl login URL`.",
    });
  const url = parseEdge(edge ?? chosen?.entry.edge ?? "");
  if (token !== undefined) return { edge: url, token };
  const entry = chosen && sameOrigin(chosen.entry.edge, url) ? chosen : await contextOf(url, contexts);
  return entry ? { edge: url, ...credentialOf(entry) } : { edge: url };
}

/** A context's credential goes to that context's edge and nowhere else. */
async function contextOf(url: string, contexts: ContextStore) {
  const file = await contexts.read();
  const found = Object.entries(file.contexts).find(([, entry]) => sameOrigin(entry.edge, url));
  return found && { name: found[0], entry: found[1] };
}

function credentialOf({ name, entry }: { name: string; entry: ContextEntry }): Partial<Target> {
  if (entry.token) return { token: sendable(entry.token, `The token of context "${name}"`) };
  if (entry.session) return { session: { context: name, ...entry.session } };
  return {};
}

const tokenOf = (text: string | undefined) => (text === undefined ? undefined : sendable(text, "The token"));

/** Without the line end that a file left behind it. @throws Failure for what can't be a header, without naming the value. */
export function sendable(token: string, what: string): string {
  const { value, fault } = readCredential(token);
  if (value !== undefined) return value;
  throw usage(`${what} can't be sent: it ${fault}.`, "Copy it again, exactly as mcpctl showed it.");
}

const sameOrigin = (a: string, b: string) => URL.parse(a)?.origin === URL.parse(b)?.origin;

/** An edge on this very machine, as `npm start` runs one, has no certificate. */
const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:|\/|$)/i;

/** Without a scheme it is https, on this machine http. @throws Failure usage for what is no http(s) URL. */
export function parseEdge(text: string): string {
  const url = URL.parse(/^[a-z]+:\/\//i.test(text) ? text : `${LOOPBACK.test(text) ? "http" : "https"}://${text}`);
  if (!url || !/^https?:$/.test(url.protocol) || url.username || url.password)
    throw usage(`"${text}" is not the URL of an edge.`, "It looks like https://edge.example.com");
  return `${url.origin}${url.pathname.replace(/\/+$/, "")}`;
}
