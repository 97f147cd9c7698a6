/** The edge's API as a verb sees it: kinds, names and bodies in; resources, or a `Failure`, out. */

import type { ContextStore } from "#db/client/contexts";
import { type Login, openLogin } from "#db/client/login";
import { reasonOf } from "#db/client/reason";
import type { Resource } from "#db/kinds/index";
import { OUTCOME_HEADER } from "#db/protocol/outcome";
import type { Kind } from "#db/schema/kind";
import { Failure } from "../failure.ts";
import type { Globals } from "../global-values.ts";
import type { Surroundings } from "../surroundings.ts";
import { failureOf } from "./refusals.ts";
import { sendable, type Target } from "./target.ts";

export type Shown = Resource & Record<string, unknown>;
type Named = Pick<Kind, "plural" | "scope">;

export interface Ask {
  body?: unknown;
  query?: Readonly<Record<string, string | undefined>>;
  headers?: Readonly<Record<string, string>>;
  /** Milliseconds until an answer must have begun. */
  timeout?: number;
  /** Without it the answer is taken as it comes, credentials and all. */
  anonymous?: boolean;
  signal?: AbortSignal;
}

export interface WriteOptions {
  dryRun?: boolean;
  /** `resourceVersion` that must still be current. */
  ifMatch?: string;
  project?: string | undefined;
}

/** What a write did, in the edge's words; undefined where it does not say. */
export interface Written {
  answer: Shown;
  outcome: "created" | "changed" | "unchanged" | undefined;
}

export interface Api {
  readonly edge: string;
  /** Any route. @throws Failure for every answer that isn't 2xx. */
  open(method: string, path: string, ask?: Ask): Promise<Response>;
  /** As `open`, the answer read as JSON. */
  call(method: string, path: string, ask?: Ask): Promise<Record<string, unknown>>;
  list(kind: Named, query?: Readonly<Record<string, string | undefined>>): AsyncGenerator<Shown[]>;
  get(kind: Named, name: string, project?: string): Promise<Shown>;
  create(kind: Named, body: unknown, options?: WriteOptions): Promise<Shown>;
  replace(kind: Named, name: string, body: unknown, options?: WriteOptions): Promise<Shown>;
  /** A manifest, merged at the edge: onto what has this id or name, or as something new where none is given. */
  apply(kind: Named, onto: string | undefined, manifest: unknown, options?: WriteOptions): Promise<Written>;
  remove(kind: Named, name: string, project?: string, options?: Omit<WriteOptions, "project">): Promise<void>;
}

const TIMEOUT_MS = 30_000;
const PAGE = "500";
/** Waits before another try of what may be repeated. */
const RETRIES_MS = [200, 800];

export function connect(target: Target, around: Surroundings, contexts: ContextStore, globals: Globals): Api {
  const agent = `mcpctl/${around.version}`;
  const { session } = target;
  const login: Login | undefined =
    session && openLogin({ context: session.context, edge: target.edge, session }, contexts, { ...around, agent });

  async function once(method: string, path: string, ask: Ask): Promise<Response> {
    const url = new URL(target.edge + path);
    for (const [key, value] of Object.entries(ask.query ?? {}))
      if (value !== undefined) url.searchParams.set(key, value);
    const headers = new Headers(ask.headers);
    headers.set("user-agent", agent);
    if (!headers.has("accept")) headers.set("accept", "application/json");
    if (ask.body !== undefined) headers.set("content-type", "application/json");
    const bearer = ask.anonymous ? undefined : await (login?.bearer() ?? target.token);
    if (bearer) headers.set("authorization", `Bearer ${bearer}`);
    if (globals.as !== undefined && !ask.anonymous) headers.set("x-service-account", sendable(globals.as, "--as"));
    const begun = new AbortController();
    const timer = setTimeout(() => begun.abort(), ask.timeout ?? TIMEOUT_MS);
    const signals = [around.signal, begun.signal, ...(ask.signal ? [ask.signal] : [])];
    let answer: Response;
    try {
      answer = await around.fetch(url, {
        method,
        headers,
        redirect: "manual",
        signal: AbortSignal.any(signals),
        ...(ask.body === undefined ? {} : { body: JSON.stringify(ask.body) }),
      });
    } catch (cause) {
      if (around.signal.aborted || ask.signal?.aborted) throw new Failure("Cancelled.", { cause });
      throw unreachable(target.edge, begun.signal.aborted, cause, `${method} ${url.pathname}${url.search}`);
    } finally {
      clearTimeout(timer);
    }
    if (!globals.quiet)
      for (const text of warningsOf(answer.headers.get("warning"))) around.io.err(`Warning: ${text}\n`);
    if (answer.ok) return answer;
    if (answer.status === 401 && bearer && login) {
      if (await login.renew(bearer)) return once(method, path, { ...ask });
      // Why the login is over says more than that the bearer is not valid.
      if (login.ended) throw login.ended;
    }
    throw await failureOf(answer, `${method} ${url.pathname}${url.search}`);
  }

  async function open(method: string, path: string, ask: Ask = {}): Promise<Response> {
    const repeatable = method === "GET" || method === "HEAD";
    for (const wait of repeatable ? RETRIES_MS : []) {
      try {
        return await once(method, path, ask);
      } catch (error) {
        if (!isPassing(error)) throw error;
        await around.sleep(Math.min(wait, 5_000));
      }
    }
    return once(method, path, ask);
  }

  async function call(method: string, path: string, ask: Ask = {}): Promise<Record<string, unknown>> {
    return read(method, path, await open(method, path, ask));
  }

  async function read(method: string, path: string, answer: Response): Promise<Record<string, unknown>> {
    const text = await answer.text().catch((cause: unknown) => {
      if (around.signal.aborted) throw new Failure("Cancelled.", { cause });
      throw new Failure(`The connection to the edge at ${target.edge} was cut in the middle of its answer.`, {
        exit: 5,
        hint: method === "GET" ? "Try again." : "Whether it was done is not known: look before you try again.",
        request: `${method} ${path} → ${answer.status}`,
        cause,
      });
    });
    if (text === "") return {};
    try {
      const value: unknown = JSON.parse(text);
      if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
    } catch {
      // Falls through: what isn't JSON isn't from an edge.
    }
    throw new Failure(`${target.edge}${path} did not answer with a JSON object.`, {
      exit: 5,
      hint: "Is this the URL of an mcpctl edge?",
      request: `${method} ${path} → ${answer.status}`,
    });
  }

  /** `librarian/terse` says whose it is, where names are unique within a parent only. */
  const placed = (kind: Named, name: string): { parent?: string; own: string } => {
    const slash = kind.scope ? name.indexOf("/") : -1;
    return slash > 0 ? { parent: name.slice(0, slash), own: name.slice(slash + 1) } : { own: name };
  };
  const at = (kind: Named, name: string) => `/api/v1/${kind.plural}/${encodeURIComponent(placed(kind, name).own)}`;
  const inScope = (kind: Named, name: string, project: string | undefined) => {
    const parent = placed(kind, name).parent ?? project;
    return kind.scope && parent ? { [kind.scope]: parent } : {};
  };

  return {
    edge: target.edge,
    open,
    call,
    async *list(kind, query = {}) {
      let next: string | undefined;
      do {
        const page = await call("GET", `/api/v1/${kind.plural}`, { query: { limit: PAGE, ...query, continue: next } });
        yield Array.isArray(page["items"]) ? (page["items"] as Shown[]) : [];
        next = typeof page["continue"] === "string" && page["continue"] ? page["continue"] : undefined;
      } while (next);
    },
    get: async (kind, name, project) =>
      (await call("GET", at(kind, name), { query: inScope(kind, name, project) })) as Shown,
    create: async (kind, body, o = {}) =>
      (await call("POST", `/api/v1/${kind.plural}`, { body, query: o.dryRun ? { dryRun: "true" } : {} })) as Shown,
    replace: async (kind, name, body, o = {}) =>
      (await call("PUT", at(kind, name), {
        body,
        query: { ...inScope(kind, name, o.project), ...(o.dryRun ? { dryRun: "true" } : {}) },
        headers: o.ifMatch ? { "if-match": `"${o.ifMatch}"` } : {},
      })) as Shown,
    async apply(kind, onto, manifest, o = {}) {
      const [method, path] = onto === undefined ? ["POST", `/api/v1/${kind.plural}`] : ["PUT", at(kind, onto)];
      const scope = onto === undefined ? {} : inScope(kind, onto, o.project);
      const query = { ...scope, apply: "true", ...(o.dryRun ? { dryRun: "true" } : {}) };
      const answer = await open(method, path, { body: manifest, query });
      const said = answer.headers.get(OUTCOME_HEADER);
      return { answer: (await read(method, path, answer)) as Shown, outcome: outcomes.find((o) => o === said) };
    },
    remove: async (kind, name, project, o = {}) => {
      await call("DELETE", at(kind, name), {
        query: { ...inScope(kind, name, project), ...(o.dryRun ? { dryRun: "true" } : {}) },
        headers: o.ifMatch ? { "if-match": `"${o.ifMatch}"` } : {},
      });
    },
  };
}

const outcomes = ["created", "changed", "unchanged"] as const;

/** Trying again may help: too many requests, or a store that comes back. */
export function isPassing(error: unknown): error is Failure {
  return error instanceof Failure && (error.details.status === 429 || error.details.status === 503);
}

/** RFC 9111's `Warning: 299 agent "text"`, one or several. */
export function warningsOf(header: string | null): string[] {
  return [...(header ?? "").matchAll(/\d{3} \S+ "((?:[^"\\]|\\.)*)"/g)].map((m) =>
    (m[1] ?? "").replace(/\\(.)/g, "$1"),
  );
}

export function unreachable(edge: string, timedOut: boolean, cause: unknown, request: string): Failure {
  const why = timedOut ? "no answer in time" : reasonOf(cause);
  return new Failure(`The edge at ${edge} can't be reached: ${why.replace(/[^.?]$/, "$&.")}`, {
    exit: 5,
    hint: "Start an edge with `npm start`, or choose another: `mcpctl login URL`, `mcpctl config use-context`.",
    request,
    cause,
  });
}
