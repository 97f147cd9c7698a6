/**
 * The contexts file: read leniently, written whole. It is JSON, which is YAML too, so that every start is spared a YAML
 * parser; what a person wrote in YAML is read as well.
 */
import { chmod, mkdir, open, readFile, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { ContextEntry, ContextsFile } from "#db/protocol/contexts";
import { Failure } from "../failure.ts";

export interface ContextStore {
  readonly path: string;
  read(): Promise<ContextsFile>;
  /** The named context, else the current one. @throws Failure for a name that isn't there. */
  current(name?: string): Promise<{ name: string; entry: ContextEntry } | undefined>;
  /** Reads, changes and writes under a lock, so that programs that run side by side lose nothing of each other's. */
  update<T>(change: (file: ContextsFile) => Promise<T> | T): Promise<T>;
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
      throw new Failure(`${path} can't be read: ${(cause as Error).message}`, { cause });
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
        hint: `Known: ${Object.keys(file.contexts).join(", ") || "none"}. \`mcpctl config use-context NAME\` chooses one.`,
      });
    },
    async update(change) {
      await mkdir(directory, { recursive: true, mode: 0o700 }).catch((cause) => {
        throw unwritable(directory, cause);
      });
      const { withFileLock } = await import("./file-lock.ts");
      return withFileLock(`${path}.lock`, now, async () => {
        const file = await read();
        const before = JSON.stringify(file);
        const result = await change(file);
        if (JSON.stringify(file) !== before)
          await write(path, file).catch((cause) => {
            throw unwritable(path, cause);
          });
        return result;
      });
    },
  };
}

/** A home that is read-only, full, or somebody else's. */
const unwritable = (path: string, cause: unknown) =>
  new Failure(`${path} can't be written: ${(cause as Error).message.replace(/,.*/s, "")}.`, {
    hint: "MCPCTL_HOME names another directory; MCPCTL_EDGE and MCPCTL_TOKEN need none.",
    cause,
  });

async function parse(text: string, path: string): Promise<ContextsFile> {
  const { contextsFile } = await import("#db/protocol/contexts");
  let value: unknown;
  try {
    value = text.trimStart().startsWith("{") ? JSON.parse(text) : (await import("../yaml.ts")).parse(text);
  } catch (cause) {
    throw new Failure(`${path} is not YAML: ${(cause as Error).message.split("\n")[0]}`, {
      hint: "Mend it, or remove it and log in again.",
      cause,
    });
  }
  const result = contextsFile.safeParse(value ?? {});
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw new Failure(
    `${path} is not a contexts file: ${[issue?.path.join("."), issue?.message].filter(Boolean).join(": ")}`,
    {
      hint: "Mend it, or remove it and log in again.",
    },
  );
}

/** Whole or not at all, and at no moment readable by others. */
async function write(path: string, file: ContextsFile): Promise<void> {
  // Under the lock there is one writer; what a dead one left is in nobody's way.
  const temporary = join(dirname(path), `.contexts-${process.pid}-${Date.now()}`);
  const handle = await open(temporary, "wx", 0o600);
  try {
    await handle.writeFile(`${JSON.stringify(file, null, 2)}\n`);
    await handle.sync();
    await handle.close();
    await chmod(temporary, 0o600);
    await rename(temporary, path);
  } catch (error) {
    await handle.close().catch(() => undefined);
    await rm(temporary, { force: true });
    throw error;
  }
}
