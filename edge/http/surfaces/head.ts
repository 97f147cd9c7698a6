/** Status and headers of a refusal: the same on every surface. */
import { errors, type Refusal } from "#db/protocol/errors";
import { REQUEST_ID } from "../request-id.ts";

export interface Head {
  status: number;
  headers: Headers;
}

/** @param type media type of the body. */
export function headOf({ code, details }: Refusal, requestId: string, type: string): Head {
  const { http: status } = errors[code];
  const headers = new Headers({ "content-type": type, [REQUEST_ID]: requestId, "cache-control": "no-store" });
  const { retryAfter, allow, accept, lasting } = details;
  if (allow !== undefined) headers.set("allow", allow);
  if (accept) headers.set(accept.header, accept.value);
  if (retryAfter !== undefined) headers.set("retry-after", String(Math.ceil(retryAfter)));
  if (status === 401) headers.set("www-authenticate", 'Bearer realm="mcpctl"');
  // Claude Code retries a 401 for three minutes without it; OpenAI's packages try every 5xx again.
  if (status === 401 || lasting) headers.set("x-should-retry", "false");
  return { status, headers };
}

/** For shapes that have one text: what failed, and what to do next. */
export const sentence = ({ message, details: { hint } }: Refusal): string => (hint ? `${message} ${hint}` : message);
