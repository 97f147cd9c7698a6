/** What `-f` names: a file, a directory, `-` for stdin, or a URL. */
import { readdir, readFile, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { retiredIn } from "#db/schema/validate";
import { Failure, usage } from "../failure.ts";
import { printable } from "../io.ts";
import { type Tools, toggle } from "../verb.ts";
import { duplicates, type Manifest, mustBeSound, readManifests } from "./read.ts";
import { decode, mustBeSmall } from "./text.ts";

const MANIFEST = /\.(ya?ml|json)$/i;

/** By its path within a directory. What is hidden is another program's: of git, of an editor that has it open, of a CI. */
const isManifest = (path: string) =>
  MANIFEST.test(path) && !path.split(/[\\/]/).some((part) => part.startsWith(".") || part === "node_modules");

/** kubectl's `-R`: directories are read with what is below anyway. */
export const recursiveFlag = toggle("-R, --recursive", "", { hidden: true });

/** @returns none only for a list that says that it is empty. @throws Failure for what can't be read, and for every fault in it at once. */
export async function loadManifests(names: readonly string[], tools: Tools): Promise<Manifest[]> {
  if (names.length === 0) throw usage("The file is missing: -f FILE, a directory, a URL, or - for stdin.");
  const apart = (await Promise.all(names.map((name) => separated(name, tools)))).flat();
  const texts = (await Promise.all(apart.map((name) => textsOf(name, tools)))).flat();
  const read = texts.map(({ text, source }) => readManifests(text, source));
  const manifests = read.flatMap((r) => r.manifests);
  const sources = names.map((name) => (name === "-" ? "stdin" : name)).join(", ");
  mustBeSound([...read.flatMap((r) => r.faults), ...duplicates(manifests)], sources);
  if (manifests.length === 0 && !read.some((r) => r.emptyList)) throw new Failure(`${sources} contains no resource.`);
  for (const { kind, body, lineOf } of manifests)
    for (const [field, why] of Object.entries(retiredIn(kind, body)))
      tools.io.err(`Warning: ${lineOf([field])}: ${field} is a field of an earlier version: ${why}. It is ignored.\n`);
  return manifests;
}

/** `a.yaml,b.yaml` are two, as for kubectl, unless a file is called so. */
async function separated(name: string, tools: Pick<Tools, "cwd">): Promise<string[]> {
  if (!name.includes(",") || /^https?:\/\//i.test(name)) return [name];
  const exists = await stat(resolve(tools.cwd, name)).then(
    () => true,
    () => false,
  );
  return exists ? [name] : name.split(",").filter(Boolean);
}

/** One file, or `-` for stdin, as text. @throws Failure */
export async function readText(name: string, tools: Pick<Tools, "io" | "cwd">): Promise<string> {
  if (name === "-") return decode(await tools.io.bytes(), "stdin");
  try {
    return await read(resolve(tools.cwd, name), name);
  } catch (cause) {
    throw unreadable(name, cause);
  }
}

function unreadable(name: string, cause: unknown): Failure {
  if (cause instanceof Failure) return cause;
  const { code, message } = cause as NodeJS.ErrnoException;
  if (code === "ENOENT")
    return new Failure(`There is no file ${printable(name)}.`, {
      exit: 3,
      cause,
      ...(name.includes("*")
        ? { hint: "mcpctl does not expand patterns: use one -f for each file, or give the directory." }
        : {}),
    });
  return new Failure(`${name} can't be read: ${message}`, { cause });
}

async function read(path: string, source: string): Promise<string> {
  mustBeSmall((await stat(path)).size, source);
  return decode(await readFile(path), source);
}

async function textsOf(name: string, tools: Tools): Promise<{ text: string; source: string }[]> {
  if (name === "-") return [{ text: decode(await tools.io.bytes(), "stdin"), source: "stdin" }];
  if (/^https?:\/\//i.test(name)) return [{ text: await tools.download(name), source: name }];
  const path = resolve(tools.cwd, name);
  try {
    if (!(await stat(path)).isDirectory()) return [{ text: await read(path, name), source: name }];
    const files = (await readdir(path, { recursive: true })).filter(isManifest).sort();
    if (files.length === 0)
      throw new Failure(`${name} contains no .yaml, .yml or .json file.`, {
        hint: "Hidden files (.name) and node_modules are ignored.",
      });
    return await Promise.all(
      files.map(async (f) => ({ text: await read(join(path, f), join(name, f)), source: join(name, f) })),
    );
  } catch (cause) {
    throw unreadable(name, cause);
  }
}
