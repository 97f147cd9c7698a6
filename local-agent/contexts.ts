/** The credential that `mcpctl login` left: read, and renewed while this runs. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import { type ContextEntry, type ContextsFile, contextsFile } from "#db/protocol/contexts";
import { readCredential } from "#db/protocol/header-value";
import { Failure, reasonOf } from "./failure.ts";
import { withLock, writePrivately } from "./private-file.ts";

/** Gives a bearer that is good now. `refused` is one that the edge did not take. */
export type Bearer = (refused?: string) => Promise<string>;

export interface Context {
  name: string;
  entry: ContextEntry;
}

const EARLY_MS = 10_000;
const TIMEOUT_MS = 15_000;

/** @throws Failure for a file that can't be read, or a context that isn't there. */
export async function currentContext(directory: string, name: string | undefined): Promise<Context | undefined> {
  const path = pathOf(directory);
  const file = await read(path);
  const meant = name ?? file.currentContext;
  if (meant === undefined) return undefined;
  const entry = file.contexts[meant];
  if (entry) return { name: meant, entry };
  throw new Failure(2, `${path} has no context "${meant}". \`mcpctl config get-contexts\` lists what there is.`);
}

/** @throws Failure 4 where the context holds no credential. */
export function bearerOf(directory: string, { name, entry }: Context): Bearer {
  const { token, session } = entry;
  if (token !== undefined) {
    const read = readCredential(token);
    if (read.fault !== undefined)
      throw new Failure(4, `The token of context "${name}" can't be sent: it ${read.fault}. Log in again.`);
    return async () => read.value;
  }
  if (!session) throw new Failure(4, `Context "${name}" holds no credential: run \`mcpctl login\`.`);
  let current = session;
  return async (refused) => {
    const due = refused === current.accessToken || Date.parse(current.expiresAt) - Date.now() < EARLY_MS;
    if (due) current = await renewed(directory, name, current.accessToken);
    return current.accessToken;
  };
}

/** Under the file's lock: a refresh token works once, so the second program must see what the first one got. */
async function renewed(
  directory: string,
  name: string,
  refused: string,
): Promise<NonNullable<ContextEntry["session"]>> {
  const path = pathOf(directory);
  return withLock(path, async () => {
    const file = await read(path);
    const entry = file.contexts[name];
    if (!entry?.session) throw new Failure(4, `Context "${name}" was logged out: run \`mcpctl login\`.`);
    if (entry.session.accessToken !== refused) return entry.session;
    const session = await refresh(entry.edge, entry.session.refreshToken);
    entry.session = session;
    await writePrivately(path, `${JSON.stringify(file, null, 2)}\n`);
    return session;
  });
}

const loginAnswer = z.looseObject({ accessToken: z.string(), refreshToken: z.string(), expiresAt: z.iso.datetime() });

async function refresh(edge: string, refreshToken: string): Promise<NonNullable<ContextEntry["session"]>> {
  const answer = await fetch(`${edge.replace(/\/+$/, "")}/api/v1/auth/refresh`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ refreshToken }),
    redirect: "manual",
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  if (answer.status === 401 || answer.status === 403)
    throw new Failure(4, "The login has ended: run `mcpctl login`, or use a token (`MCPCTL_TOKEN`).");
  if (!answer.ok) throw new Error(`the login can't be renewed: the edge answered ${answer.status}`);
  const { accessToken, refreshToken: next, expiresAt } = loginAnswer.parse(await answer.json());
  return { accessToken, refreshToken: next, expiresAt };
}

const pathOf = (directory: string) => join(directory, "contexts.yaml");

async function read(path: string): Promise<ContextsFile> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return { contexts: {} };
    throw new Failure(1, `${path} can't be read: ${reasonOf(error)}`, error);
  }
  try {
    return contextsFile.parse(parse(text) ?? {});
  } catch (error) {
    throw new Failure(1, `${path} is not a contexts file: mend it, or remove it and log in again.`, error);
  }
}
