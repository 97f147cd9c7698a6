/** Uses the credential of `mcpctl login`, and renews it while the program runs. */
import { setTimeout as sleep } from "node:timers/promises";
import { type Context, type ContextStore, openContexts } from "#db/client/contexts";
import { openLogin } from "#db/client/login";
import { readCredential } from "#db/protocol/header-value";
import { version } from "#db/protocol/version";
import { Failure } from "./failure.ts";

/** Returns a valid bearer token. `refused` is one that the edge has refused. */
export type Bearer = (refused?: string) => Promise<string>;

export const contextsIn = (directory: string): ContextStore =>
  // mcpctl, which writes the file, warns if others can read it.
  openContexts(directory, { now: Date.now, warn: () => undefined });

/** @throws Failure 4 if the context has no credential; the returned function throws it when the login has ended. */
export function bearerOf(store: ContextStore, { name, entry }: Context): Bearer {
  const { token, session } = entry;
  if (token !== undefined) {
    const read = readCredential(token);
    if (read.fault !== undefined)
      throw new Failure(4, `The token of context "${name}" can't be sent: it ${read.fault}. Log in again.`);
    return async () => read.value;
  }
  if (!session) throw new Failure(4, `Context "${name}" has no credential: run \`mcpctl login\`.`);
  const login = openLogin({ context: name, edge: entry.edge.replace(/\/+$/, ""), session }, store, {
    fetch,
    now: Date.now,
    sleep: (ms) => sleep(ms),
    agent: `mcplocal/${version}`,
  });
  return async (refused) => {
    if (refused !== undefined) await login.renew(refused);
    const bearer = await login.bearer();
    if (login.ended) throw login.ended;
    return bearer;
  };
}
