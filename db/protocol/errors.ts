/**
 * Every way in which mcpctl refuses, in one table: HTTP status, exit code of the command line, whether trying again can
 * help, and the type that OpenAI's and Anthropic's SDKs parse. Each surface has one writer that turns a `Refusal` into
 * its own shape; nothing matches on message text.
 *
 * Exit codes: 1 failed, 2 usage, 3 not found, 4 not allowed, 5 unreachable (spec: cli.md).
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
  // What a device that waits for somebody's confirmation is told: names and status of RFC 8628, section 3.5.
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

/** One thing that is wrong with a document: where, what was expected, what was given, and a near spelling where one exists. */
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
  /** Seconds after which trying again makes sense; becomes `Retry-After`. */
  retryAfter?: number;
  /** Methods that are possible; becomes `Allow` (RFC 9110, 15.5.6). */
  allow?: string;
  /** Media types or encodings that a body can have; becomes the header of that name (RFC 9110, 15.5.16; RFC 5789, 2.2). */
  accept?: { header: "accept-encoding" | "accept-patch"; value: string };
  /** Trying again can't help, although the status says that it may: a wrong key or URL. SDKs are told so. */
  lasting?: true;
  /** The request's field that is at fault, in OpenAI's sense of `param`. */
  param?: string;
  faults?: Fault[];
  /** Set where a permission was missing: `run:llms:gpt`. */
  permission?: string;
  cause?: unknown;
}

/** A deliberate "no", rich inside; turned into a response at the surface's edge only. */
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
