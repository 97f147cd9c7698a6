/** Explains errors of the operating system and of `fetch` for people. */

const known: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file",
  EISDIR: "it is a directory",
  EACCES: "permission denied",
  ECONNREFUSED: "nothing listens there",
  ECONNRESET: "the connection was cut",
  EPIPE: "the connection was cut",
  UND_ERR_SOCKET: "the connection was cut",
  ENOTFOUND: "there is no such host",
  EAI_AGAIN: "the name can't be looked up",
  ETIMEDOUT: "no answer in time",
  UND_ERR_CONNECT_TIMEOUT: "no answer in time",
  UND_ERR_HEADERS_TIMEOUT: "no answer in time",
  CERT_HAS_EXPIRED: "its certificate has expired",
  DEPTH_ZERO_SELF_SIGNED_CERT: "its certificate is self-signed",
  ERR_TLS_CERT_ALTNAME_INVALID: "its certificate is another host's",
  ERR_SSL_WRONG_VERSION_NUMBER: "the server does not use TLS there; try http:// instead of https://",
  EPROTO: "the server does not use TLS there; try http:// instead of https://",
};

/** Words for whatever was thrown, with the system's own reason where fetch hides it in a cause. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === "TimeoutError") return "no answer in time";
  const code = codeOf(error);
  const words = code === undefined ? undefined : known[code];
  if (words !== undefined) return words;
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
