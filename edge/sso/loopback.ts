/** Where a login may be handed to: programs on the person's own machine, and nowhere else (RFC 8252, 7.3). Pure. */
import { refuse } from "#db/protocol/errors";

/** @returns the URL as it was understood; what was sent must not be used. @throws Refusal invalid_request */
export function loopbackRedirect(text: string): URL {
  const url = URL.parse(text);
  const ours = url?.protocol === "http:" && ["127.0.0.1", "[::1]", "localhost"].includes(url.hostname);
  if (!url || !ours || url.username || url.password || url.hash)
    refuse(
      "invalid_request",
      "That is no redirect URI here: a login is handed to a program on your own machine only.",
      {
        param: "redirect_uri",
        hint: "Use http://127.0.0.1:PORT/…, or the device login where there is no browser on that machine.",
      },
    );
  return url;
}

/** With what the program waits for. */
export function handTo(target: string, answer: Readonly<Record<string, string>>): string {
  const url = new URL(target);
  for (const [name, value] of Object.entries(answer)) url.searchParams.set(name, value);
  return url.href;
}
