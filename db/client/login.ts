/**
 * A login for a program: provides a bearer token for each request, and renews it once per expiry, also if several programs share the
 * login. A renewal that has begun is always finished and stored, because its answer comes only once.
 */
import { backoff } from "./backoff.ts";
import type { ContextStore } from "./contexts.ts";
import type { LoginSession } from "./contexts-file.ts";
import { Failure } from "./failure.ts";
import { reasonOf } from "./reason.ts";
import { readProblem, retryAfterOf } from "./refusal.ts";
import { PATIENCE_MS, unbroken } from "./unbroken.ts";

export interface Login {
  /** Good now, as far as this program knows. @throws Failure where it can't be renewed for now */
  bearer(): Promise<string>;
  /** After a 401. @returns whether there is another bearer to try. @throws Failure where it can't be renewed for now */
  renew(refused: string): Promise<boolean>;
  /** Set once the login is over: what the edge said. */
  readonly ended: Failure | undefined;
}

export interface World {
  fetch: typeof fetch;
  now(): number;
  sleep(ms: number): Promise<void>;
  /** The program is to end: nothing new begins. */
  signal?: AbortSignal;
  /** The program and its version. */
  agent: string;
}

export interface LoginOfContext {
  context: string;
  /** Without a trailing slash. Its credentials go nowhere else. */
  edge: string;
  session: LoginSession;
}

/** Renewed this long before it ends, so that a request that is on its way doesn't meet the end. */
const EARLY_MS = 10_000;
/** Of one try, and of all: a lock is held meanwhile. */
const TRY_MS = 10_000;
const TIMEOUT_MS = 20_000;
/** More tries where an answer got lost: the edge gives the same one again. */
const RETRIES = 2;

export function openLogin({ context, edge, session: first }: LoginOfContext, store: ContextStore, world: World): Login {
  let session = first;
  let ended: Failure | undefined;

  /** Under the file's lock: a refresh token works once, so the second program must see what the first one got. */
  const renewed = (refused: string) =>
    store.update(async (file) => {
      const stored = file.contexts[context];
      if (!stored?.session) throw over(`The context "${context}" was logged out by another program.`);
      if (!sameOrigin(stored.edge, edge))
        throw over(`The context "${context}" was changed to another edge by another program.`);
      if (stored.session.accessToken !== refused) return stored.session;
      if (world.signal?.aborted) throw new Failure("Cancelled.");
      stored.session = await refresh(edge, stored.session.refreshToken, world);
      return stored.session;
    }, world.signal);

  async function renew(refused: string): Promise<boolean> {
    if (ended) return false;
    if (session.accessToken !== refused) return true;
    try {
      session = await unbroken(renewed(refused));
      return true;
    } catch (error) {
      if (!(error instanceof Failure) || error.code !== "not_authenticated") throw error;
      ended = error;
      return false;
    }
  }

  return {
    async bearer() {
      if (!ended && Date.parse(session.expiresAt) - world.now() < EARLY_MS) await renew(session.accessToken);
      return session.accessToken;
    },
    renew,
    get ended() {
      return ended;
    },
  };
}

const sameOrigin = (a: string, b: string) => URL.parse(a)?.origin === URL.parse(b)?.origin;

/** The code distinguishes a login that has ended from an unreachable edge. */
const over = (message: string, cause?: unknown) =>
  new Failure(message, {
    exit: 4,
    code: "not_authenticated",
    hint: "Log in with `mcpctl login`, or set MCPCTL_TOKEN.",
    ...(cause === undefined ? {} : { cause }),
  });

/** @throws Failure not_authenticated where the edge refuses: the login has ended; another where it can't be asked. */
async function refresh(edge: string, refreshToken: string, world: World): Promise<LoginSession> {
  const signal = AbortSignal.any([AbortSignal.timeout(TIMEOUT_MS), ...(world.signal ? [soonAfter(world.signal)] : [])]);
  for (let attempt = 0; ; attempt++) {
    const last = attempt === RETRIES || signal.aborted;
    const asked = await ask(edge, refreshToken, world, signal);
    if (asked.is === "renewed") return asked.session;
    if (asked.is === "refused") throw asked.failure;
    if (last || signal.aborted) throw asked.failure;
    await world.sleep(asked.waitMs ?? backoff(attempt, Math.random())).catch(() => undefined);
  }
}

type Asked =
  | { is: "renewed"; session: LoginSession }
  | { is: "refused"; failure: Failure }
  /** Trying again may help. */
  | { is: "lost"; failure: Failure; waitMs?: number };

async function ask(edge: string, refreshToken: string, world: World, signal: AbortSignal): Promise<Asked> {
  let answer: Response;
  let text: string;
  try {
    answer = await world.fetch(`${edge}/api/v1/auth/refresh`, {
      method: "POST",
      headers: { "content-type": "application/json", accept: "application/json", "user-agent": world.agent },
      body: JSON.stringify({ refreshToken }),
      redirect: "manual",
      signal: AbortSignal.any([signal, AbortSignal.timeout(TRY_MS)]),
    });
    text = await answer.text();
  } catch (cause) {
    const why = `the edge at ${edge} can't be reached: ${reasonOf(cause)}`;
    return { is: "lost", failure: unrenewed(why, cause) };
  }
  if (answer.ok) return { is: "renewed", session: readSession(parsed(text)) };
  const said = readProblem(text);
  if (answer.status === 401 || answer.status === 403)
    return { is: "refused", failure: over(said.code && said.message ? said.message : "The login has ended.") };
  const failure = unrenewed(said.message?.replace(/\.$/, "") ?? `the edge answered ${answer.status}`);
  const seconds = retryAfterOf(answer.headers);
  if (answer.status < 500 && answer.status !== 429) return { is: "refused", failure };
  return { is: "lost", failure, ...(seconds === undefined ? {} : { waitMs: Math.min(seconds * 1000, 4_000) }) };
}

const unrenewed = (why: string, cause?: unknown) =>
  new Failure(`The login can't be renewed: ${why}.`, { exit: 5, ...(cause === undefined ? {} : { cause }) });

/** Some seconds later than `signal`: for what should end well. */
function soonAfter(signal: AbortSignal): AbortSignal {
  const later = new AbortController();
  const end = () => void setTimeout(() => later.abort(), PATIENCE_MS - 500).unref();
  if (signal.aborted) end();
  else signal.addEventListener("abort", end, { once: true });
  return later.signal;
}

function parsed(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

/** @throws Failure for an answer that holds no session. */
export function readSession(answer: Readonly<Record<string, unknown>>): LoginSession {
  const { accessToken, refreshToken, expiresAt } = answer;
  if (typeof accessToken !== "string" || typeof refreshToken !== "string" || typeof expiresAt !== "string")
    throw new Failure("The edge's answer contains no session.", { hint: "Is this the URL of an mcpctl edge?" });
  return { accessToken, refreshToken, expiresAt };
}
