/** What the edge says when it says no, as a `Failure` with what to do next in this program. */
import { readRefusal, retryAfterOf } from "#db/client/refusal";
import { errors } from "#db/protocol/errors";
import { exitOf, Failure, type FailureDetails } from "../failure.ts";

/** What to do next in the words of this program, where the edge's hint is written for whoever calls its API. */
const ownSteps: Readonly<Record<string, string>> = {
  not_authenticated: "Log in with `mcpctl login`, or set MCPCTL_TOKEN.",
  model_not_found: "`mcpctl get llms` lists the LLMs; `mcpctl auth can-i --list` shows what you may run.",
};

/** What to do next where the edge gave no hint of its own. */
const nextSteps: Readonly<Record<string, string>> = {
  not_allowed: "`mcpctl auth can-i --list` shows your rights; ask an administrator for more.",
  lost_update: "Somebody changed it meanwhile: read it again, and repeat your change.",
  rate_limited: "Wait, then try again.",
  publisher_offline:
    "`mcpctl describe llm NAME` shows since when. It becomes active when `mcplocal publish` runs again.",
  store_unavailable: "This is usually temporary: try again in a moment.",
};

/** @param request For `-v`: method and URL. */
export async function failureOf(answer: Response, request: string): Promise<Failure> {
  const text = await answer.text().catch(() => "");
  const retryAfter = retryAfterOf(answer.headers);
  const requestId = answer.headers.get("x-request-id");
  const read = readRefusal(text);
  const details: FailureDetails = {
    exit: exitOf(read.code, answer.status),
    status: answer.status,
    request: `${request} → ${answer.status}${requestId ? ` (request ${requestId})` : ""}`,
    ...(read.code ? { code: read.code } : {}),
    ...(retryAfter === undefined ? {} : { retryAfter }),
    ...(read.faults ? { faults: read.faults } : {}),
  };
  const code = read.code ?? "";
  const hint = ownSteps[code] ?? read.hint ?? nextSteps[code] ?? hintByStatus(answer.status, read.code);
  const message = read.message ?? `The edge answered ${answer.status} ${answer.statusText}`.trim();
  // An error of a model's provider goes through the edge as it is: without saying whose it is, it reads as the edge's.
  const llm = answer.headers.get("x-mcpctl-llm");
  const theirs = llm !== null && !Object.hasOwn(errors, code);
  return new Failure(theirs ? `The provider of LLM ${llm} answered ${answer.status}: ${message}` : message, {
    ...details,
    ...(hint ? { hint } : {}),
  });
}

/** A refusal that came as an event, in an answer that had begun well. */
export function failureOfProblem(problem: Readonly<Record<string, unknown>>): Failure {
  const read = readRefusal(JSON.stringify(problem));
  const status = typeof problem["status"] === "number" ? problem["status"] : 500;
  const hint = ownSteps[read.code ?? ""] ?? read.hint ?? nextSteps[read.code ?? ""];
  return new Failure(read.message ?? "The edge refused the request.", {
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
