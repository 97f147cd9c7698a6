/** The id of a request: in its answer, in the log and in the audit trail, so that each leads to the others. */

/** Header of every answer. */
export const REQUEST_ID = "x-request-id";

/**
 * Cloudflare's, which its own logs have too; elsewhere one is made up. What a client sends as its id is not taken: the audit trail
 * must not hold what somebody chose. A new one each time where none came, so ask once a request.
 */
export const newRequestId = (request: Request): string => request.headers.get("cf-ray") ?? crypto.randomUUID();

/** The answer with the id of its request. What comes from an object or from `fetch` can't be written on, so it is made anew. */
export function withRequestId(answer: Response, requestId: string): Response {
  try {
    answer.headers.set(REQUEST_ID, requestId);
    return answer;
  } catch {
    const own = new Response(answer.body, answer);
    own.headers.set(REQUEST_ID, requestId);
    return own;
  }
}
