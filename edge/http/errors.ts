/** Refusals on the wire: one writer for each surface (spec: inference.md, "Errors have the shape that each client's SDK parses"). */
import { ZodError } from "zod";
import { errors, Refusal } from "#db/protocol/errors";
import { isStoreDown, sqlState, storeUnavailable } from "../store.ts";
import type { Surface } from "./route.ts";

/** Whatever was thrown, as a refusal. What nobody foresaw becomes `internal`, without its words: they may hold secrets. */
export function toRefusal(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  if (isStoreDown(error)) return storeUnavailable(error);
  // 22021 and 22P05: PostgreSQL keeps no NUL, nor half a surrogate pair, wherever in the request it stood.
  if (/^(22021|22P05)$/.test(sqlState(error) ?? ""))
    return new Refusal("invalid_request", "The request holds a character that can't be stored.", {
      hint: "Look for NUL (\\u0000), and for one half of a surrogate pair (\\ud800 to \\udfff) without the other.",
      cause: error,
    });
  if (error instanceof ZodError && error.issues.some((i) => /^[A-Z_]+$/.test(String(i.path[0]))))
    return new Refusal("internal", "The edge is not configured.", {
      hint: "Its log names the variable.",
      cause: error,
    });
  return new Refusal("internal", "Something went wrong at the edge.", {
    hint: "The edge's log has the cause under this request's id.",
    cause: error,
  });
}

export function writeRefusal(refusal: Refusal, surface: Surface, requestId: string): Response {
  const { http } = errors[refusal.code];
  const headers = new Headers({ "x-request-id": requestId, "cache-control": "no-store" });
  const { retryAfter, allow, accept } = refusal.details;
  if (allow !== undefined) headers.set("allow", allow);
  if (accept) headers.set(accept.header, accept.value);
  if (retryAfter !== undefined) headers.set("retry-after", String(Math.ceil(retryAfter)));
  if (http === 401) headers.set("www-authenticate", 'Bearer realm="mcpctl"');
  // Claude Code retries a 401 for three minutes without it; OpenAI's packages try every 5xx again.
  if (http === 401 || refusal.details.lasting) headers.set("x-should-retry", "false");
  return surface === "openai" ? openai(refusal, http, headers) : problem(refusal, http, headers);
}

/** OpenAI's error object; `code` is ours, `type` is what its SDKs know. */
export function openaiError(refusal: Refusal) {
  return {
    error: {
      message: sentence(refusal),
      type: errors[refusal.code].openai,
      code: refusal.code,
      param: refusal.details.param ?? null,
    },
  };
}

function openai(refusal: Refusal, status: number, headers: Headers): Response {
  headers.set("content-type", "application/json");
  return new Response(JSON.stringify(openaiError(refusal)), { status, headers });
}

/** RFC 9457. `code` and `hint` are extension members, `errors` lists faults of a document. */
export function problemOf(refusal: Refusal) {
  const { faults, hint, permission } = refusal.details;
  return {
    type: "about:blank",
    title: refusal.code.replaceAll("_", " "),
    status: errors[refusal.code].http,
    detail: refusal.message,
    code: refusal.code,
    ...(hint ? { hint } : {}),
    ...(permission ? { permission } : {}),
    ...(faults ? { errors: faults } : {}),
  };
}

function problem(refusal: Refusal, status: number, headers: Headers): Response {
  headers.set("content-type", "application/problem+json");
  return new Response(JSON.stringify(problemOf(refusal)), { status, headers });
}

const sentence = (r: Refusal) => (r.details.hint ? `${r.message} ${r.details.hint}` : r.message);
