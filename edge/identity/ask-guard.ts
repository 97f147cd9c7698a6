import type { Objects } from "../objects/named.ts";
import type { GuardPort, Verdict } from "./guard-port.ts";

/** A Guard that is moved or redeployed drops the call that it has, and takes the next. @throws what the second call throws */
export async function askGuard(
  guards: Objects<GuardPort>,
  guard: string,
  credential: string,
  have: string | undefined,
): Promise<Verdict> {
  const ask = async (): Promise<Verdict> => await guards.getByName(guard).check(credential, have);
  return ask().catch(ask);
}
