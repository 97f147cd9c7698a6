/** Whoever a Guard is named after, as the store has them. */
import type { Store } from "../store.ts";
import { loadAccount, loadCluster } from "./accounts.ts";
import type { Profile } from "./guard-machine.ts";
import type { Grants, Principal } from "./principal.ts";
import { loadToken, loadUser } from "./profile.ts";

type Load = (db: Pick<Store["db"], "execute">, id: string, now: number) => Promise<Profile | undefined>;

const loads: Readonly<Record<string, Load>> = {
  user: loadUser,
  token: loadToken,
  account: loadAccount,
  cluster: loadCluster,
};

/** @param now milliseconds since the epoch. @returns undefined where the store has no such principal. */
export function loadProfile(
  db: Pick<Store["db"], "execute">,
  guard: string,
  now: number,
): Promise<Profile | undefined> {
  const at = guard.indexOf(":");
  const load = loads[guard.slice(0, at)];
  if (!load) throw new Error("a Guard is named after a principal");
  return load(db, guard.slice(at + 1), now);
}

const guardNames: Partial<Record<Principal["kind"], string>> = {
  User: "user",
  McpToken: "token",
  ServiceAccount: "account",
};

/** What somebody may do according to the store, and not to a copy that may be seconds old. Nothing where they have gone. */
export async function grantsNow(db: Pick<Store["db"], "execute">, { kind, id }: Principal): Promise<Grants> {
  const profile = await loadProfile(db, `${guardNames[kind]}:${id}`, Date.now());
  return profile?.caller.grants ?? { bindings: [], operations: [] };
}
