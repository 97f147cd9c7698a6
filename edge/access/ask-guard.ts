import type { Env } from "../env.ts";
import type { Verdict } from "./guard.ts";

/** A Guard that is moved or redeployed drops the call that it has, and takes the next. @throws what the second call throws */
export async function askGuard(
  env: Pick<Env, "GUARD">,
  guard: string,
  credential: string,
  have: string | undefined,
): Promise<Verdict> {
  const ask = async (): Promise<Verdict> => await env.GUARD.getByName(guard).check(credential, have);
  return ask().catch(ask);
}
