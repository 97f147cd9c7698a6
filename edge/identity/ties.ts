/** Ties at work: asking the Guards whether one holds, and having them tell the session that hangs on it. */
import { refuse } from "#db/protocol/errors";
import type { Objects } from "../objects/named.ts";
import type { Demand } from "../rights/decide.ts";
import { storeUnavailable } from "../store.ts";
import { askGuard } from "./ask-guard.ts";
import { type Dependent, MAX_DEPENDENTS } from "./dependents.ts";
import type { CredentialVerdict, GuardPort } from "./guard-port.ts";
import type { Pointer } from "./profile.ts";
import { guardsOf, judgeTie, type Look, pointersOf, type Tie } from "./tie.ts";

/** Whether what a session hangs on still holds. Never rejects: who can't be asked has not said anything. */
export async function lookAt(guards: Objects<GuardPort>, tie: Tie, demand: Demand): Promise<Look> {
  const said = new Map<Pointer, Exclude<CredentialVerdict, { is: "same" }>>();
  await Promise.all(
    pointersOf(tie).map(async (pointer) => {
      const verdict = await askGuard(guards, pointer.guard, pointer.credential, undefined).catch(() => undefined);
      said.set(pointer, verdict && verdict.is !== "same" ? verdict : { is: "unavailable" });
    }),
  );
  return judgeTie(tie, demand, (pointer) => said.get(pointer) ?? { is: "unavailable" }, Date.now());
}

/**
 * From now on the session is told. What changed before, it has to look for itself afterwards.
 * @throws Refusal unsupported where too many hang on one principal, store_unavailable where a Guard can't be reached
 */
export async function depend(guards: Objects<GuardPort>, tie: Tie, dependent: Dependent): Promise<void> {
  const noted = await Promise.all(
    guardsOf(tie).map(async (guard) => await guards.getByName(guard).depend(dependent)),
  ).catch((cause: unknown) => {
    throw storeUnavailable(cause);
  });
  if (noted.includes(false))
    refuse("unsupported", `${MAX_DEPENDENTS} sessions hang on this credential's owner already.`, {
      hint: "Stop some that are not used, and wait until they are forgotten; or use an account for each group of machines.",
    });
}

/** It is not told any more. What gets lost here, the next telling finds out. */
export async function release(
  objects: Objects<GuardPort>,
  guards: readonly string[],
  dependent: Dependent,
): Promise<void> {
  await Promise.allSettled(guards.map(async (guard) => await objects.getByName(guard).release(dependent)));
}
