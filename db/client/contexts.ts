/**
 * Reads and writes the contexts file, which several programs share. It is written as JSON, which is valid YAML, so that a start
 * needs no YAML parser. A file that a person wrote in YAML works as well.
 */
import { mkdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import type { ContextEntry, ContextsFile } from "./contexts-file.ts";
import { Failure } from "./failure.ts";
import { reasonOf } from "./reason.ts";

export interface Context {
  name: string;
  entry: ContextEntry;
}

export interface ContextStore {
  readonly path: string;
  read(): Promise<ContextsFile>;
  /** The named context, else the current one. @throws Failure for a name that isn't there. */
  current(name?: string): Promise<Context | undefined>;
  /**
   * Reads, changes and writes under a lock, so that programs that run side by side lose nothing of each other's.
   * @param signal ends the wait for the others; a change that has begun is written.
   */
  update<T>(change: (file: ContextsFile) => Promise<T> | T, signal?: AbortSignal): Promise<T>;
}

export function openContexts(
  directory: string,
  { warn, now }: { warn(text: string): void; now(): number },
): ContextStore {
  const path = join(directory, "contexts.yaml");
  let warned = false;
  const read = async (): Promise<ContextsFile> => {
    let text: string;
    try {
      text = await readFile(path, "utf8");
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code === "ENOENT") return { contexts: {} };
      throw new Failure(`${path} can't be read: ${reasonOf(cause)}.`, { cause });
    }
    if (!warned && process.platform !== "win32" && ((await stat(path)).mode & 0o077) !== 0) {
      warned = true;
      warn(`${path} can be read by others: run \`chmod 600 ${path}\`.`);
    }
    return parse(text, path);
  };
  return {
    path,
    read,
    async current(name) {
      const file = await read();
      const meant = name ?? file.currentContext;
      if (meant === undefined) return undefined;
      const entry = file.contexts[meant];
      if (entry) return { name: meant, entry };
      throw new Failure(`There is no context "${meant}".`, {
        exit: 3,
        hint: `Contexts: ${Object.keys(file.contexts).join(", ") || "none"}. \`mcpctl config use-context NAME\` selects one.`,
      });
    },
    async update(change, signal) {
      await mkdir(directory, { recursive: true, mode: 0o700 }).catch((cause) => {
        throw unwritable(directory, cause);
      });
      const { withFileLock } = await import("./file-lock.ts");
      return withFileLock(`${path}.lock`, { now, ...(signal ? { signal } : {}) }, async () => {
        const file = await read();
        const before = JSON.stringify(file);
        const result = await change(file);
        if (JSON.stringify(file) !== before) await write(path, file);
        return result;
      });
    },
  };
}

/** A home that is read-only, full, or somebody else's. */
const unwritable = (path: string, cause: unknown) =>
  new Failure(`${path} can't be written: ${(cause as Error).message.replace(/,.*/s, "")}.`, {
    hint: "Set MCPCTL_HOME to another directory, or use MCPCTL_EDGE and MCPCTL_TOKEN, which need no file.",
    cause,
  });

async function parse(text: string, path: string): Promise<ContextsFile> {
  const { contextsFile } = await import("./contexts-file.ts");
  let value: unknown;
  try {
    value = text.trimStart().startsWith("{") ? JSON.parse(text) : (await import("yaml")).parse(text);
  } catch (cause) {
    throw new Failure(`${path} is not YAML: ${(cause as Error).message.split("\n")[0]}`, {
      hint: "Correct the file, or remove it and log in again.",
      cause,
    });
  }
  const result = contextsFile.safeParse(value ?? {});
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw new Failure(
    `${path} is not a contexts file: ${[issue?.path.join("."), issue?.message].filter(Boolean).join(": ")}`,
    {
      hint: "Correct the file, or remove it and log in again.",
    },
  );
}

async function write(path: string, file: ContextsFile): Promise<void> {
  const { writePrivately } = await import("./private-file.ts");
  await writePrivately(path, `${JSON.stringify(file, null, 2)}\n`).catch((cause) => {
    throw unwritable(path, cause);
  });
}
