/** What makes a publisher the same one after a restart: its session, kept per edge and set of names. */
import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { writePrivately } from "#db/client/private-file";

const session = z.looseObject({
  edge: z.string(),
  names: z.array(z.string()),
  providerSessionId: z.string(),
  sessionSecret: z.string(),
  /** Of the program that holds the session, and since when. */
  pid: z.int(),
  startedAt: z.string(),
});
export type SavedSession = z.infer<typeof session>;

const folder = (directory: string) => join(directory, "sessions");

function fileOf(directory: string, edge: string, names: readonly string[]): string {
  const key = createHash("sha256")
    .update(JSON.stringify([edge, [...names].sort()]))
    .digest("hex")
    .slice(0, 16);
  return join(folder(directory), `${key}.json`);
}

/** Undefined where there is none, or it can't be read: then a new session begins. */
export async function loadSession(
  directory: string,
  edge: string,
  names: readonly string[],
): Promise<SavedSession | undefined> {
  return read(fileOf(directory, edge, names));
}

export async function saveSession(directory: string, saved: SavedSession): Promise<void> {
  await writePrivately(fileOf(directory, saved.edge, saved.names), `${JSON.stringify(saved, null, 2)}\n`);
}

export async function everySession(directory: string): Promise<SavedSession[]> {
  const files = await readdir(folder(directory)).catch(() => []);
  const found = await Promise.all(
    files.filter((f) => f.endsWith(".json")).map((f) => read(join(folder(directory), f))),
  );
  return found.filter((s) => s !== undefined);
}

async function read(path: string): Promise<SavedSession | undefined> {
  try {
    return session.parse(JSON.parse(await readFile(path, "utf8")));
  } catch {
    return undefined;
  }
}
