/** Finding out whether a session that the store calls active is there, and healing its rows where it is not. */
import { Refusal } from "#db/protocol/errors";
import type { Deps } from "../deps.ts";
import { each } from "../each.ts";
import { log } from "../log.ts";
import { ask, type Settled, type SettleInward } from "./inward.ts";
import { type Claimed, claim, deleteInactive, type Registration, sessionsThere } from "./rows.ts";

/**
 * @param claimant the owner who wants the session's names for another session.
 * @throws Refusal when the object can't be asked.
 */
export async function settle(deps: Pick<Deps, "env">, session: string, claimant?: string): Promise<Settled> {
  const object = deps.env.PUBLISHER.getByName(session);
  const inward: SettleInward = { session, ...(claimant === undefined ? {} : { claimant }) };
  return (await ask(object, "/settle", { method: "POST", body: JSON.stringify(inward) })).json<Settled>();
}

/**
 * Claims names; where another session stands in the way that turns out to have gone, or gives way, once more.
 * @param claimant kind and id of the principal that registers.
 * @throws Refusal publisher_conflict
 */
export async function claimSettled(deps: Deps, registration: Registration, claimant: string): Promise<Claimed> {
  try {
    return await claim(deps.store, registration, new Date());
  } catch (error) {
    const other = error instanceof Refusal && error.code === "publisher_conflict" ? error.details.cause : undefined;
    if (typeof other !== "string" || (await settle(deps, other, claimant)).presence === "active") throw error;
    return claim(deps.store, registration, new Date());
  }
}

/** Sessions asked in one sweep: an invocation has 1,000 sub-requests (Workers' limits). */
const MOST_ASKED = 500;

/** Catches what lost objects left behind. Idempotent; asks sessions that the store calls active, a few at a time. */
export async function sweepPublishers(deps: Deps, now: Date): Promise<void> {
  await each(await sessionsThere(deps.store, MOST_ASKED), 4, async (session) => {
    await settle(deps, session).catch((error) => log("publisher-not-asked", { session, cause: error }));
  });
  const before = new Date(now.getTime() - deps.settings.publisherTimes.deletedAfter);
  await deps.changes.emit(...(await deleteInactive(deps.store, before)));
}
