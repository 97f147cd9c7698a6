/** Refusals between objects: an exception that crosses loses all but its message. */
import { type ErrorCode, errors, Refusal } from "#db/protocol/errors";

/**
 * A refusal that crosses from one object to another as a response: the header names the code, the body is
 * `{message, retryAfter?, hint?}`.
 */
export const REFUSAL_HEADER = "x-mcpctl-refusal";

/** For the side that refuses. */
export function encodeRefusal(refusal: Refusal): Response {
  const { hint, retryAfter } = refusal.details;
  return Response.json(
    { message: refusal.message, hint, retryAfter },
    { status: errors[refusal.code].http, headers: { [REFUSAL_HEADER]: refusal.code } },
  );
}

/** For the side that asked: the refusal that a response carries, or undefined where it is a model server's answer. */
export async function decodeRefusal(response: Response): Promise<Refusal | undefined> {
  const code = response.headers.get(REFUSAL_HEADER);
  if (code === null) return undefined;
  const said = (await response.json()) as { message?: unknown; hint?: unknown; retryAfter?: unknown };
  return new Refusal(isCode(code) ? code : "internal", typeof said.message === "string" ? said.message : code, {
    ...(typeof said.hint === "string" ? { hint: said.hint } : {}),
    ...(typeof said.retryAfter === "number" ? { retryAfter: said.retryAfter } : {}),
  });
}

const isCode = (s: string): s is ErrorCode => Object.hasOwn(errors, s);
