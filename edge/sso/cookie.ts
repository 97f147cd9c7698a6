/** Cookies of a login in a browser: gone after minutes, and out of reach of scripts and of other sites. Pure. */

/** `__Host-` binds a cookie to this very host, where there is TLS (RFC 6265bis, 4.1.3.2). */
const fullName = (name: string, secure: boolean) => `${secure ? "__Host-" : ""}mcpctl_${name}`;

/** @param seconds 0 deletes it. Lax: the provider's redirect back must bring it. */
export function writeCookie(name: string, value: string, seconds: number, secure: boolean): string {
  const flags = `Path=/; Max-Age=${seconds}; HttpOnly; SameSite=Lax${secure ? "; Secure" : ""}`;
  return `${fullName(name, secure)}=${value}; ${flags}`;
}

export function readCookie(header: string | null, name: string, secure: boolean): string | undefined {
  const wanted = fullName(name, secure);
  for (const part of (header ?? "").split(";")) {
    const at = part.indexOf("=");
    if (at > 0 && part.slice(0, at).trim() === wanted) return part.slice(at + 1).trim() || undefined;
  }
  return undefined;
}
