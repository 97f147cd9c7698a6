/** What the edge says when it says no, as a `Failure`: problem+json from `/api`, OpenAI's error object from `/v1`. */
import type { Fault } from "#db/protocol/errors";
import { exitOf, Failure, type FailureDetails } from "../failure.ts";

const record = (v: unknown): Record<string, unknown> | undefined =>
  typeof v === "object" && v !== null && !Array.isArray(v) ? (v as Record<string, unknown>) : undefined;
const string = (v: unknown) => (typeof v === "string" && v !== "" ? v : undefined);

/** What to do next in the words of this program, where the edge's hint is written for whoever calls its API. */
const ownSteps: Readonly<Record<string, string>> = {
  not_authenticated: "Log in with `mcpctl login`, or give a token in MCPCTL_TOKEN.",
  already_exists: "Change that one with `mcpctl edit` or `mcpctl apply`, or choose another name.",
  model_not_found: "`mcpctl get llms` lists what there is; `mcpctl auth can-i --list` what you may run.",
};

/** What to do next where the edge gave no hint of its own. */
const nextSteps: Readonly<Record<string, string>> = {
  not_allowed: "`mcpctl auth can-i --list` shows what you may do; ask who manages rbac for more.",
  lost_update: "Somebody changed it meanwhile: get it again and repeat your change.",
  rate_limited: "Wait, then try again.",
  publisher_offline: "`mcpctl describe llm NAME` shows since when; it comes back with its `mcplocal publish`.",
  store_unavailable: "It comes back by itself: try again in a moment.",
};

/** @param request For `-v`: method and URL. */
export async function failureOf(answer: Response, request: string): Promise<Failure> {
  const text = await answer.text().catch(() => "");
  const retryAfter = Number.parseInt(answer.headers.get("retry-after") ?? "", 10);
  const requestId = answer.headers.get("x-request-id");
  const read = readRefusal(text);
  const details: FailureDetails = {
    exit: exitOf(read.code, answer.status),
    status: answer.status,
    request: `${request} → ${answer.status}${requestId ? ` (request ${requestId})` : ""}`,
    ...(read.code ? { code: read.code } : {}),
    ...(Number.isFinite(retryAfter) ? { retryAfter } : {}),
    ...(read.faults ? { faults: read.faults } : {}),
  };
  const code = read.code ?? "";
  const hint = ownSteps[code] ?? read.hint ?? nextSteps[code] ?? hintByStatus(answer.status, read.code);
  return new Failure(read.message ?? `The edge answered ${answer.status} ${answer.statusText}`.trim(), {
    ...details,
    ...(hint ? { hint } : {}),
  });
}

/** A refusal that came as an event, in an answer that had begun well. */
export function failureSaid(problem: Readonly<Record<string, unknown>>): Failure {
  const read = readRefusal(JSON.stringify(problem));
  const status = typeof problem["status"] === "number" ? problem["status"] : 500;
  const hint = ownSteps[read.code ?? ""] ?? read.hint ?? nextSteps[read.code ?? ""];
  return new Failure(read.message ?? "The edge said no.", {
    exit: exitOf(read.code, status),
    status,
    ...(read.code ? { code: read.code } : {}),
    ...(hint ? { hint } : {}),
  });
}

function hintByStatus(status: number, code: string | undefined): string | undefined {
  if (code !== undefined) return undefined;
  return status === 404
    ? "Is this the URL of an mcpctl edge?"
    : status >= 500
      ? "Try again; -v shows the request's id."
      : undefined;
}

interface Read {
  message?: string;
  code?: string;
  hint?: string;
  faults?: Fault[];
}

export function readRefusal(text: string): Read {
  let body: Record<string, unknown> | undefined;
  try {
    body = record(JSON.parse(text));
  } catch {
    return {};
  }
  if (!body) return {};
  const inner = record(body["error"]);
  if (inner) return pick(string(inner["message"]), string(inner["code"]) ?? string(inner["type"]));
  const faults = Array.isArray(body["errors"]) ? body["errors"].map(faultOf) : undefined;
  return {
    ...pick(string(body["detail"]) ?? string(body["title"]), string(body["code"])),
    ...(string(body["hint"]) ? { hint: String(body["hint"]) } : {}),
    ...(faults?.length ? { faults } : {}),
  };
}

const pick = (message: string | undefined, code: string | undefined): Read => ({
  ...(message ? { message } : {}),
  ...(code ? { code } : {}),
});

function faultOf(value: unknown): Fault {
  const f = record(value) ?? {};
  const out: Fault = { path: string(f["path"]) ?? "", message: string(f["message"]) ?? "is not valid" };
  for (const key of ["expected", "given", "suggestion"] as const) {
    const v = f[key];
    if (v !== undefined && v !== null) out[key] = typeof v === "string" ? v : JSON.stringify(v);
  }
  return out;
}
