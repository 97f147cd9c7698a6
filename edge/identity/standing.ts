/** Whether a stream that is open may go on: a revocation reaches it within 5 s (docs/decisions/guard-per-principal.md). */
import { Refusal } from "#db/protocol/errors";
import { allows, type Demand, writeBinding } from "../rights/decide.ts";
import type { Authenticator } from "./authenticate.ts";
import { MAX_HELD_MS } from "./guard-machine.ts";
import { ChangeUnread } from "./judges.ts";
import type { Grants } from "./principal.ts";

/**
 * How often a stream's standing is looked at, in milliseconds. The oldest answer accepted then is as old as that, so a write
 * is noticed after twice this at most. Looking costs no I/O unless the isolate's copy is that old.
 */
export const CHECK_MS = 2_000;

export interface Standing {
  /**
   * Aborts with the Refusal to end the stream with: not_authenticated (revoked, expired), not_allowed (a binding went), or
   * store_unavailable (nobody can say: the store was last read for this a minute ago, or it is known that something has changed since).
   */
  signal: AbortSignal;
  /** To be called when the stream has ended, however it did. */
  release(): void;
}

interface Stream {
  request: Request;
  waitUntil: (work: Promise<unknown>) => void;
}

/** What a stream needs to go on: a permission, or whatever a look at the grants says is missing. */
export type Needed = Demand | ((grants: Grants) => Refusal | undefined);

/** A timer belongs to the request that started it (a rule of the runtime), so each open stream has its own. */
export function watchStanding(
  authenticator: Pick<Authenticator, "admit" | "asOf">,
  { request, waitUntil }: Stream,
  needed: Needed,
): Standing {
  const controller = new AbortController();
  let released = false;
  let timer: ReturnType<typeof setTimeout>;
  /** When the store was read for what the stream goes by: whoever asks it anew may get what a Guard has held for most of a minute. */
  let asOf = authenticator.asOf(request) ?? Date.now();

  const look = async () => {
    try {
      const { grants } = await authenticator.admit(request, CHECK_MS, waitUntil);
      const missing = typeof needed === "function" ? needed(grants) : allows(grants, needed) ? undefined : lost(needed);
      if (missing) throw missing;
      asOf = authenticator.asOf(request) ?? asOf;
    } catch (error) {
      const unknown = error instanceof Refusal && error.code === "store_unavailable";
      const unread = unknown && error.details.cause instanceof ChangeUnread;
      const goesOn = unknown && !unread && Date.now() - asOf <= MAX_HELD_MS;
      if (!released && !goesOn) controller.abort(error);
    }
  };
  const next = () => {
    timer = setTimeout(async () => {
      await look();
      if (!released && !controller.signal.aborted) next();
    }, CHECK_MS);
  };
  next();
  return {
    signal: controller.signal,
    release() {
      released = true;
      clearTimeout(timer);
    },
  };
}

export function lost(demand: Demand): Refusal {
  const permission = writeBinding(demand);
  return new Refusal("not_allowed", `You are no longer allowed to do this: it needs ${permission}.`, { permission });
}
