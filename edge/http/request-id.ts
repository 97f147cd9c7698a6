/** The id of a request: in its answer, in the log and in the audit trail, so that each leads to the others. */

/** Header of every answer. */
export const REQUEST_ID = "x-request-id";

/** As Cloudflare writes it: https://developers.cloudflare.com/fundamentals/reference/cloudflare-ray-id/ */
const ray = /^[0-9a-f]{16}(-[A-Z]{3})?$/;

/**
 * Cloudflare's, which its own logs have too; elsewhere one is made up. What a client sends as its id is not taken, and off Cloudflare
 * `cf-ray` is such: the audit trail must not hold what somebody chose. A new one each time where none came, so ask once a request.
 */
export function newRequestId(request: Request): string {
  // Only Cloudflare says in which of its places a request came in.
  const said = request.cf?.["colo"] === undefined ? null : request.headers.get("cf-ray");
  return said !== null && ray.test(said) ? said : crypto.randomUUID();
}

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
