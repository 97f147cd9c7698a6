/** Why the agent ends with something else than 0. */
export type ExitCode = 1 | 2 | 4 | 5;

export class Failure extends Error {
  readonly exit: ExitCode;
  constructor(exit: ExitCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = "Failure";
    this.exit = exit;
  }
}

/** The words of whatever was thrown, with the system's own reason where fetch hides it in a cause. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = codeOf(error);
  const known: Record<string, string> = {
    ENOENT: "there is no such file",
    EISDIR: "it is a directory",
    EACCES: "permission denied",
    ECONNREFUSED: "connection refused",
    ECONNRESET: "connection reset",
    ENOTFOUND: "no such host",
    EAI_AGAIN: "the name can't be resolved now",
    UND_ERR_SOCKET: "the connection broke",
    UND_ERR_CONNECT_TIMEOUT: "no answer in time",
    UND_ERR_HEADERS_TIMEOUT: "no answer in time",
  };
  if (code !== undefined) return known[code] ?? code;
  // fetch says "fetch failed" and no more; what failed is in the cause.
  return error.cause instanceof Error ? reasonOf(error.cause) : error.message;
}

/** The system's code (`ECONNREFUSED`), wherever in the chain of causes. */
export function codeOf(error: unknown): string | undefined {
  for (let e = error; e instanceof Error; e = e.cause) {
    if ("code" in e && typeof e.code === "string") return e.code;
    if (e instanceof AggregateError && e.errors.length > 0) return codeOf(e.errors[0]);
  }
  return undefined;
}
