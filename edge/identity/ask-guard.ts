import type { Objects } from "../objects/named.ts";
import type { CredentialVerdict, GuardPort } from "./guard-port.ts";

/** A Guard that is moved or redeployed drops the call that it has, and takes the next. @throws what the second call throws */
export async function askGuard(
  guards: Objects<GuardPort>,
  guard: string,
  credential: string,
  have: string | undefined,
): Promise<CredentialVerdict> {
  const ask = async (): Promise<CredentialVerdict> => await guards.getByName(guard).check(credential, have);
  return ask().catch(ask);
}
