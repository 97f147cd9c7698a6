/**
 * The file with a user's edges and credentials, like kubeconfig. `mcpctl` writes it, `mcplocal` reads it too. Its path is `$MCPCTL_HOME/contexts.yaml`, else `$XDG_CONFIG_HOME/mcpctl/contexts.yaml`, else
 * `~/.mcpctl/contexts.yaml`, and only its owner can read it (0600).
 */
import { z } from "zod";

export const contextEntry = z.strictObject({
  edge: z.url(),
  /** A long-lived token (`mcpctl_pat_…`). */
  token: z.string().optional(),
  /** A login: a short-lived access token and what renews it. */
  session: z
    .strictObject({ accessToken: z.string(), refreshToken: z.string(), expiresAt: z.iso.datetime() })
    .optional(),
  /** Default for `-p`. */
  project: z.string().optional(),
});
export type ContextEntry = z.infer<typeof contextEntry>;

export const contextsFile = z.strictObject({
  currentContext: z.string().optional(),
  contexts: z.record(z.string(), contextEntry).default({}),
});
export type ContextsFile = z.infer<typeof contextsFile>;

export type LoginSession = NonNullable<ContextEntry["session"]>;

/** Directory of mcpctl's own files for a person. Pure: the environment and home directory are handed in. */
export function configDirectory(env: Record<string, string | undefined>, home: string): string {
  if (env["MCPCTL_HOME"]) return env["MCPCTL_HOME"];
  if (env["XDG_CONFIG_HOME"]) return `${env["XDG_CONFIG_HOME"]}/mcpctl`;
  return `${home}/.mcpctl`;
}
