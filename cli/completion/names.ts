/** Names from the edge, kept for a few seconds: a person presses Tab again and again. */
import { createHash } from "node:crypto";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Kind } from "#db/schema/kind";
import { inProject } from "../kinds.ts";
import type { Tools } from "../verb.ts";

const FRESH_MS = 5_000;
/** More would not help anybody who looks for one by its beginning. */
const MOST = 500;

interface Kept {
  at: number;
  names: string[];
}

/** @param begins where there are too many to keep all, those that begin so are asked for. */
export async function knownNames(kind: Kind, begins: string, tools: Tools): Promise<string[]> {
  const names = await firstNames(kind, tools);
  if (names.length < MOST || begins === "") return names;
  const query = { name: begins, fieldSelector: await inProject(kind, tools) };
  for await (const page of (await tools.api()).list(kind, query)) return page.map((r) => r.name);
  return [];
}

async function firstNames(kind: Kind, tools: Tools): Promise<string[]> {
  const api = await tools.api();
  const project = await inProject(kind, tools);
  // Another edge, another person: another list.
  const whose = [
    api.edge,
    tools.globals.context,
    tools.globals.token,
    tools.globals.as,
    tools.env["MCPCTL_TOKEN"],
    kind.plural,
    project,
  ].join("\0");
  const file = join(
    dirname(tools.contexts.path),
    "cache",
    `${createHash("sha256").update(whose).digest("hex").slice(0, 24)}.json`,
  );
  const kept = await read(file);
  if (kept && tools.now() - kept.at < FRESH_MS && tools.now() >= kept.at) return kept.names;
  const names: string[] = [];
  for await (const page of api.list(kind, { fieldSelector: project })) {
    names.push(...page.map((r) => r.name));
    if (names.length >= MOST) break;
  }
  await write(file, { at: tools.now(), names });
  return names;
}

async function read(file: string): Promise<Kept | undefined> {
  try {
    const value = JSON.parse(await readFile(file, "utf8")) as Partial<Kept>;
    return typeof value.at === "number" && Array.isArray(value.names)
      ? { at: value.at, names: value.names.map(String) }
      : undefined;
  } catch {
    return undefined;
  }
}

/** Where it can't be kept it is asked again. */
async function write(file: string, kept: Kept): Promise<void> {
  try {
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    const temporary = `${file}.${process.pid}`;
    await writeFile(temporary, JSON.stringify(kept), { mode: 0o600 });
    await rename(temporary, file);
  } catch {
    // A read-only home is no reason to complete nothing.
  }
}
