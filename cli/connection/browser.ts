/** Opens a URL in the person's browser, where there seems to be one. */
import { spawn } from "node:child_process";

/**
 * `$BROWSER` where it is set, as with other command lines; `none` opens nothing.
 * @returns what to run, the URL last; undefined where nothing on this machine shows a page.
 */
export function browserCommand(
  platform: string,
  env: Readonly<Record<string, string | undefined>>,
): readonly string[] | undefined {
  const own = env["BROWSER"];
  if (own === "none") return undefined;
  if (own) return [own];
  if (platform === "darwin") return ["open"];
  // Not `start`, which is a word of a shell that would read the URL's `&`.
  if (platform === "win32") return ["rundll32", "url.dll,FileProtocolHandler"];
  const overSsh = env["SSH_CONNECTION"] !== undefined;
  return (env["DISPLAY"] || env["WAYLAND_DISPLAY"]) && !overSsh ? ["xdg-open"] : undefined;
}

/** @returns whether something was started; whether it shows the page, nobody can tell. */
export async function openBrowser(url: string, env: Readonly<Record<string, string | undefined>>): Promise<boolean> {
  const [program, ...args] = browserCommand(process.platform, env) ?? [];
  if (program === undefined) return false;
  return new Promise((resolve) => {
    const child = spawn(program, [...args, url], { stdio: "ignore", detached: true });
    child.once("error", () => resolve(false));
    child.once("spawn", () => {
      child.unref();
      resolve(true);
    });
  });
}
