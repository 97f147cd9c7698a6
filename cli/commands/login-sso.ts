/** A login at the edge's OpenID provider: in a browser on this machine, or confirmed from any other. */
import { createHash, randomBytes } from "node:crypto";
import { readSession } from "#db/client/login";
import type { Api } from "../connection/api.ts";
import { exitOf, Failure } from "../failure.ts";
import { printable } from "../io.ts";
import type { Tools } from "../verb.ts";

/** How long somebody may take in the browser; the edge gives as much. */
const PATIENCE_MS = 600_000;

/** The code comes to a port of this machine, and is worth nothing without what stays here (RFC 8252, RFC 7636). */
export async function browserLogin(edge: string, tools: Tools) {
  const { signal } = tools;
  const say = saying(tools);
  const api = await tools.apiAt(edge);
  const { listenOnLoopback } = await import("../connection/loopback.ts");
  const loopback = await listenOnLoopback();
  try {
    const { redirectUri } = loopback;
    const [state, codeVerifier] = [unguessable(), unguessable()];
    const url = new URL(`${edge}/api/v1/auth/oidc/authorize`);
    for (const [name, value] of Object.entries({
      redirect_uri: redirectUri,
      state,
      code_challenge: createHash("sha256").update(codeVerifier).digest("base64url"),
      code_challenge_method: "S256",
    }))
      url.searchParams.set(name, value);
    const waiting = loopback.answer(state, AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MS)]));
    const opened = await tools.browse(url.href);
    await say(
      `${opened ? "A browser opens this page. If it does not, open the page yourself" : "Open this page in a browser on this machine"}:\n\n  ${url.href}\n\n`,
    );
    if (!opened) await say("If your browser is on another machine, use: mcpctl login --device\n");
    const { query, sendTo, tell } = await waiting.catch((cause: unknown) => {
      throw signal.aborted
        ? cancelled(cause)
        : new Failure("Nobody logged in within 10 minutes.", { hint: "Start again: `mcpctl login --sso`.", cause });
    });
    try {
      const code = query.get("code");
      if (!code) throw refusedThere(query);
      const body = { code, codeVerifier, redirectUri };
      const answer = await api.call("POST", "/api/v1/auth/oidc/token", { body, anonymous: true });
      sendTo(`${edge}/login/done`);
      return kept(answer);
    } catch (error) {
      tell(error instanceof Error ? error.message : String(error));
      throw error;
    }
  } finally {
    loopback.close();
  }
}

function refusedThere(query: URLSearchParams): Failure {
  const code = query.get("error") ?? "provider_failed";
  const words = query.get("error_description") ?? query.get("error") ?? "The edge sent neither a code nor a reason.";
  return new Failure(printable(words), { exit: exitOf(code, 400), code });
}

/** Asks as often as it may, until somebody has decided (RFC 8628, 3.5). */
export async function deviceLogin(edge: string, tools: Tools) {
  const api = await tools.apiAt(edge);
  const begun = await api.call("POST", "/api/v1/auth/device", { anonymous: true });
  const text = (key: string) => printable(String(begun[key] ?? ""));
  await saying(tools)(`Open this page in any browser, on any machine:

  ${text("verificationUri")}

and enter this code:

  ${text("userCode")}

With the code in it: ${text("verificationUriComplete")}
`);
  const deviceCode = String(begun["deviceCode"]);
  const until = tools.now() + Number(begun["expiresIn"]) * 1000;
  let seconds = Number(begun["interval"]) || 5;
  while (tools.now() < until) {
    await tools.sleep(seconds * 1000).catch(cancelled);
    const answer = await ask(api, deviceCode, tools);
    if (answer === "slow_down") seconds += 5;
    else if (answer !== "authorization_pending") return kept(answer);
  }
  throw new Failure("Nobody confirmed this device in time.", { hint: "Start again: `mcpctl login --device`." });
}

/** A poll that got lost is no answer: the next one brings it (RFC 8628, 3.5). */
async function ask(
  api: Api,
  deviceCode: string,
  { signal }: Tools,
): Promise<Record<string, unknown> | "authorization_pending" | "slow_down"> {
  try {
    return await api.call("POST", "/api/v1/auth/device/token", { body: { deviceCode }, anonymous: true });
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    if (error.code === "authorization_pending" || error.code === "slow_down") return error.code;
    if (signal.aborted) throw error;
    if (error.exit === 5) return "authorization_pending";
    if (error.code === "rate_limited") return "slow_down";
    throw error;
  }
}

function cancelled(cause: unknown): never {
  throw new Failure("Cancelled.", { cause });
}

/** What a person must see to log in is said even where notes are not wanted. */
const saying =
  ({ io, globals }: Tools) =>
  (text: string) =>
    globals.quiet ? io.out(text) : io.err(text);

function kept(answer: Readonly<Record<string, unknown>>) {
  const user = answer["user"] as Record<string, unknown> | undefined;
  return { keep: { session: readSession(answer) }, who: String(user?.["name"] ?? "somebody") };
}

const unguessable = () => randomBytes(32).toString("base64url");
