/** How those who hang on a principal are told that something has changed. */
import type { Env } from "../env.ts";

/** A publisher's session; or the Guard of a service account, which is valid only while its cluster vouches for it. */
type DependentKind = "publisher" | "guard";

/** `publisher:<session>`, `guard:<name of the Guard>`. */
export type Dependent = `${DependentKind}:${string}`;

/** The objects that can be told. */
export type Tellers = Pick<Env, "PUBLISHER" | "GUARD">;

const tellers: Record<DependentKind, (env: Tellers, id: string, guard: string) => Promise<boolean>> = {
  publisher: async (env, id, guard) => await env.PUBLISHER.getByName(id).rightsChanged(guard),
  guard: async (env, id) => await env.GUARD.getByName(id).passOn(),
};

/** @returns whether it still hangs on this Guard's principal. @throws what the call throws, where it did not get there */
export async function tellDependent(env: Tellers, dependent: string, guard: string): Promise<boolean> {
  const at = dependent.indexOf(":");
  const tell = tellers[dependent.slice(0, at) as DependentKind];
  if (!tell) throw new Error(`nobody knows how to tell ${dependent}`);
  return tell(env, dependent.slice(at + 1), guard);
}
