/** Ties at work: asking the Guards whether one holds, and having them tell the session that hangs on it. */
import { refuse } from "#db/protocol/errors";
import type { Objects } from "../objects/named.ts";
import type { Demand } from "../rights/decide.ts";
import { storeUnavailable } from "../store.ts";
import { askGuard } from "./ask-guard.ts";
import { MAX_DEPENDENTS } from "./dependents.ts";
import type { CredentialVerdict, GuardPort } from "./guard-port.ts";
import type { Pointer } from "./profile.ts";
import type { Dependent } from "./tellers.ts";
import { judgeTie, type Look, pointersOf, type Tie } from "./tie.ts";

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
 * From now on the session is told. What changed before, it has to look for itself afterwards. The Guard of a cluster keeps the Guards of
 * its accounts and not their sessions: one account can't use up what all of them share.
 * @throws Refusal unsupported where too many hang on one principal, store_unavailable where a Guard can't be reached
 */
export async function depend(guards: Objects<GuardPort>, tie: Tie, dependent: Dependent): Promise<void> {
  const notes = [tie.sender, tie.as].flatMap((pointer): [guard: string, name: Dependent][] => {
    if (!pointer) return [];
    const { guard, within } = pointer;
    return within
      ? [
          [guard, dependent],
          [within.guard, `guard:${guard}`],
        ]
      : [[guard, dependent]];
  });
  const noted = await Promise.all(notes.map(async ([guard, name]) => await guards.getByName(guard).depend(name))).catch(
    (cause: unknown) => {
      throw storeUnavailable(cause);
    },
  );
  const full = notes.find((_, i) => !noted[i])?.[1];
  if (full === undefined) return;
  const [what, whose] = full === dependent ? ["sessions", "credential's owner"] : ["service accounts", "cluster"];
  refuse("unsupported", `${MAX_DEPENDENTS} ${what} hang on this ${whose} already.`, {
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
