/** Whoever a Guard is named after, as the store has them. */
import type { Store } from "../store.ts";
import { loadAccount, loadCluster } from "./accounts.ts";
import type { Profile } from "./guard-machine.ts";
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
