/** The bearer of each request, and its renewal: once per expiry, whoever of several programs comes first. */
import { Failure } from "../failure.ts";
import type { Surroundings } from "../surroundings.ts";
import type { ContextStore } from "./store.ts";
import type { Target } from "./target.ts";

export interface Credentials {
  bearer(): Promise<string | undefined>;
  /** After a 401. @returns whether there is another bearer to try. */
  renew(refused: string): Promise<boolean>;
}

/** Renewed this long before it ends, so that a request that is on its way doesn't meet the end. */
const EARLY_MS = 10_000;
const TIMEOUT_MS = 15_000;

export function openCredentials(target: Target, around: Surroundings, contexts: ContextStore): Credentials {
  if (!target.session) return { bearer: async () => target.token, renew: async () => false };
  const { context } = target.session;
  let session = target.session as { accessToken: string; refreshToken: string; expiresAt: string };
  let ended = false;

  /** Under the file's lock: a refresh token works once, so the second program must see what the first one got. */
  async function renew(refused: string): Promise<boolean> {
    if (ended) return false;
    if (session.accessToken !== refused) return true;
    const next = await contexts.update(async (file) => {
      const stored = file.contexts[context];
      if (!stored?.session) return undefined;
      if (stored.session.accessToken !== refused) return stored.session;
      const fresh = await refresh(target.edge, stored.session.refreshToken, around);
      if (fresh) stored.session = fresh;
      return fresh;
    });
    if (!next) {
      ended = true;
      return false;
    }
    session = next;
    return true;
  }

  return {
    async bearer() {
      if (!ended && Date.parse(session.expiresAt) - around.now() < EARLY_MS) await renew(session.accessToken);
      return session.accessToken;
    },
    renew,
  };
}

/** @returns undefined where the edge refuses: the login has ended. @throws Failure where it can't be asked. */
async function refresh(edge: string, refreshToken: string, around: Surroundings) {
  let answer: Response;
  try {
    answer = await around.fetch(`${edge}/api/v1/auth/refresh`, {
      method: "POST",
      headers: { "content-type": "application/json", accept: "application/json" },
      body: JSON.stringify({ refreshToken }),
      redirect: "manual",
      signal: AbortSignal.any([around.signal, AbortSignal.timeout(TIMEOUT_MS)]),
    });
  } catch (cause) {
    throw new Failure(`The login can't be renewed: the edge at ${edge} can't be reached.`, { exit: 5, cause });
  }
  if (answer.status === 401 || answer.status === 403) return undefined;
  if (!answer.ok) throw new Failure(`The login can't be renewed: the edge answered ${answer.status}.`, { exit: 5 });
  return readSession((await answer.json()) as Record<string, unknown>);
}

/** @throws Failure for an answer that holds no session. */
export function readSession(answer: Readonly<Record<string, unknown>>) {
  const { accessToken, refreshToken, expiresAt } = answer;
  if (typeof accessToken !== "string" || typeof refreshToken !== "string" || typeof expiresAt !== "string")
    throw new Failure("The edge's answer holds no session.", { hint: "Is this the URL of an mcpctl edge?" });
  return { accessToken, refreshToken, expiresAt };
}
