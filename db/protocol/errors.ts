/**
 * All error codes in one table: HTTP status, exit code of the command line, whether a retry can
 * help, and the type that OpenAI's and Anthropic's SDKs parse. Each surface has one writer that turns a `Refusal` into
 * its own format. No code depends on the text of a message.
 *
 * Exit codes: 1 failed, 2 usage, 3 not found, 4 not allowed, 5 unreachable (docs/cli.md).
 */
interface ErrorRow {
  http: number;
  exit: 1 | 2 | 3 | 4 | 5;
  retryable: boolean;
  openai: string;
  anthropic: string;
}

export const errors = {
  malformed_json: row(400, 1, "invalid_request_error", "invalid_request_error"),
  invalid_request: row(400, 1, "invalid_request_error", "invalid_request_error"),
  unsupported: row(400, 1, "invalid_request_error", "invalid_request_error"),
  // Answers to a device that waits for confirmation: names and status of RFC 8628, section 3.5.
  authorization_pending: row(400, 1, "invalid_request_error", "invalid_request_error", true),
  slow_down: row(400, 1, "invalid_request_error", "invalid_request_error", true),
  expired_token: row(400, 1, "invalid_request_error", "invalid_request_error"),
  access_denied: row(403, 4, "permission_denied", "permission_error"),
  not_authenticated: row(401, 4, "authentication_error", "authentication_error"),
  not_allowed: row(403, 4, "permission_denied", "permission_error"),
  not_found: row(404, 3, "invalid_request_error", "not_found_error"),
  model_not_found: row(404, 3, "invalid_request_error", "not_found_error"),
  method_not_allowed: row(405, 1, "invalid_request_error", "invalid_request_error"),
  already_exists: row(409, 1, "invalid_request_error", "invalid_request_error"),
  still_referred: row(409, 1, "invalid_request_error", "invalid_request_error"),
  publisher_conflict: row(409, 1, "invalid_request_error", "invalid_request_error"),
  already_bootstrapped: row(409, 1, "invalid_request_error", "invalid_request_error"),
  task_gone: row(409, 1, "invalid_request_error", "invalid_request_error"),
  expired: row(410, 1, "invalid_request_error", "invalid_request_error"),
  lost_update: row(412, 1, "invalid_request_error", "invalid_request_error"),
  too_large: row(413, 1, "invalid_request_error", "request_too_large"),
  unsupported_media: row(415, 1, "invalid_request_error", "invalid_request_error"),
  credential_refused: row(422, 1, "invalid_request_error", "invalid_request_error"),
  rate_limited: row(429, 1, "rate_limit_exceeded", "rate_limit_error", true),
  queue_full: row(429, 1, "rate_limit_exceeded", "rate_limit_error", true),
  client_gone: row(499, 1, "invalid_request_error", "invalid_request_error"),
  internal: row(500, 1, "server_error", "api_error"),
  misconfigured: row(500, 1, "server_error", "api_error"),
  provider_failed: row(502, 1, "server_error", "api_error", true),
  provider_unreachable: row(502, 5, "server_error", "api_error", true),
  publisher_failed: row(502, 1, "server_error", "api_error", true),
  publisher_offline: row(503, 5, "service_unavailable", "overloaded_error", true),
  store_unavailable: row(503, 5, "service_unavailable", "overloaded_error", true),
  issuer_unreachable: row(503, 5, "service_unavailable", "overloaded_error", true),
  provider_timeout: row(504, 5, "server_error", "api_error", true),
  publisher_timeout: row(504, 5, "server_error", "api_error", true),
} as const satisfies Record<string, ErrorRow>;

export type ErrorCode = keyof typeof errors;

/** One fault of a document: the path, the expected and the given value, and a suggestion if there is one. */
export interface Fault {
  path: string;
  message: string;
  expected?: string;
  given?: string;
  suggestion?: string;
}

export interface RefusalDetails {
  /** What the caller can do next, one sentence. Shown after the message. */
  hint?: string;
  /** Seconds to wait before a retry; becomes `Retry-After`. */
  retryAfter?: number;
  /** Allowed methods; becomes `Allow` (RFC 9110, 15.5.6). */
  allow?: string;
  /** Allowed media types or encodings of a body; becomes the header of that name (RFC 9110, 15.5.16; RFC 5789, 2.2). */
  accept?: { header: "accept-encoding" | "accept-patch"; value: string };
  /** The error is permanent although the status suggests a retry: a wrong key or URL. Tells SDKs not to retry. */
  lasting?: true;
  /** The invalid field of the request, like OpenAI's `param`. */
  param?: string;
  faults?: Fault[];
  /** The missing permission: `run:llms:gpt`. */
  permission?: string;
  cause?: unknown;
}

/** An expected error with a code and details. Only the surface turns it into a response. */
export class Refusal extends Error {
  readonly code: ErrorCode;
  readonly details: RefusalDetails;
  constructor(code: ErrorCode, message: string, details: RefusalDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = "Refusal";
    this.code = code;
    this.details = details;
  }
}

/** @throws Refusal always. */
export function refuse(code: ErrorCode, message: string, details?: RefusalDetails): never {
  throw new Refusal(code, message, details);
}

function row(
  http: number,
  exit: ErrorRow["exit"],
  openai: string,
  anthropic: string,
  retryable = false,
): Readonly<ErrorRow> {
  return { http, exit, retryable, openai, anthropic };
}
