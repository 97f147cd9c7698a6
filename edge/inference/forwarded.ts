/** What goes on to a model server of a client's headers. */

/**
 * @param names of the headers that it may see, in lower case.
 * @returns lower-case names and values, ready for `UpstreamRequest`.
 */
export function forwardedHeaders(
  request: Request,
  contentType: string,
  names: readonly string[],
): Record<string, string> {
  const headers: Record<string, string> = { "content-type": contentType, "user-agent": "mcpctl" };
  for (const name of names) {
    const value = request.headers.get(name);
    if (value !== null) headers[name] = value;
  }
  return headers;
}
