/** `.mcpctl/dev.json`: where the system runs and how to get in, for tools and tests. */
import { existsSync, readFileSync, rmSync } from "node:fs";
import { z } from "zod";
import { writeAtomically } from "../write-file.ts";

export const devFile = z.object({
  edge: z.url(),
  adminToken: z.string(),
  /** By name: supervisor, store, edge, agent, and demo where it runs. */
  pids: z.record(z.string(), z.number()),
  /** PostgreSQL's URL of the store. */
  store: z.string(),
  startedAt: z.iso.datetime(),
});

export type DevFile = z.infer<typeof devFile>;

/** @returns undefined where there is none, or one that can't be read. */
export function readDevFile(path: string): DevFile | undefined {
  if (!existsSync(path)) return undefined;
  try {
    return devFile.parse(JSON.parse(readFileSync(path, "utf8")));
  } catch {
    return undefined;
  }
}

export function writeDevFile(path: string, content: DevFile): void {
  writeAtomically(path, `${JSON.stringify(content, null, 2)}\n`, 0o600);
}

export function removeDevFile(path: string): void {
  rmSync(path, { force: true });
}
