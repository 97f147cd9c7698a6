/** Whether a stream that is open may go on: a revocation reaches it within 5 s (spec: auth.md, Time to revoke). */
import { Refusal } from "#db/protocol/errors";
import type { Authenticator } from "./authenticate.ts";
import { allows, type Demand, writeBinding } from "./decide.ts";

/**
 * How often a stream's standing is looked at. The oldest answer accepted then is CHECK_MS old as well, so a write is noticed
 * after twice this at most. Looking costs no I/O unless the isolate's copy is that old.
 */
const CHECK_MS = 2_000;

export interface Standing {
  /**
   * Aborts with the Refusal to end the stream with: not_authenticated (revoked, expired), not_allowed (a binding went), or
   * store_unavailable (nobody can say any more).
   */
  signal: AbortSignal;
  /** To be called when the stream has ended, however it did. */
  release(): void;
}

/** A timer belongs to the request that started it (a rule of the runtime), so each open stream has its own. */
export function watchStanding(
  authenticator: Authenticator,
  request: Request,
  demand: Demand,
  waitUntil: (work: Promise<unknown>) => void,
): Standing {
  const controller = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const look = async () => {
    try {
      const caller = await authenticator.admit(request, CHECK_MS, waitUntil);
      if (!allows(caller.grants, demand))
        throw new Refusal("not_allowed", `You are no longer allowed to do this: it needs ${writeBinding(demand)}.`, {
          permission: writeBinding(demand),
        });
    } catch (error) {
      controller.abort(error);
    }
  };
  const next = () => {
    timer = setTimeout(async () => {
      await look();
      if (timer !== undefined && !controller.signal.aborted) next();
    }, CHECK_MS);
  };
  next();
  return {
    signal: controller.signal,
    release() {
      clearTimeout(timer);
      timer = undefined;
    },
  };
}
