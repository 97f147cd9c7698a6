/** A registration at its session's object: who may, a new secret, and the rows. */
import { hashToken, mintToken } from "#db/crypto/token";
import { refuse } from "#db/protocol/errors";
import type { RegisterResponse } from "#db/protocol/publisher";
import { PROTOCOL_VERSION } from "#db/protocol/version";
import type { Change } from "../changes.ts";
import type { Deps } from "../deps.ts";
import { guardsOf, type Tie } from "../identity/tie.ts";
import { type Identity, knowsSecret } from "./identity.ts";
import type { RegisterInward } from "./inward.ts";
import { slotsIn } from "./queue.ts";
import { claimSettled } from "./settle.ts";

export interface Registered {
  identity: Identity;
  response: RegisterResponse;
  changes: Change[];
}

/**
 * @param known the session's identity so far.
 * @throws Refusal not_found for a session that is not known or not the caller's; publisher_conflict.
 */
export async function register(deps: Deps, inward: RegisterInward, known: Identity | undefined): Promise<Registered> {
  const { session, fresh, owner, tie, request } = inward;
  if (!fresh) {
    const vouched = known?.owner === owner.key || (await knowsSecret(known, request.sessionSecret ?? null));
    if (!vouched) refuse("not_found", "No such session, or it belongs to somebody else.");
  }
  const sessionSecret = mintToken("mcpctl_pub_");
  const identity = {
    session,
    secretHash: await hashToken(sessionSecret),
    owner: owner.key,
    ownerName: owner.label,
    tie,
  };
  const { llms, host } = request;
  const claimed = await hanging(deps, session, tie, known?.tie, () =>
    claimSettled(deps, { session, owner: owner.label, llms, slots: slotsIn(request), host }, owner.key),
  );
  return {
    identity,
    changes: claimed.changes,
    response: {
      providerSessionId: session,
      sessionSecret,
      llms: claimed.llms,
      agents: request.agents.map((a) => ({ name: a.name })),
      protocol: PROTOCOL_VERSION,
    },
  };
}

/** Before the rows are claimed it is made sure that a change will be told, and what the session hung on before is let go after. */
async function hanging<T>(deps: Deps, session: string, tie: Tie, before: Tie | undefined, work: () => Promise<T>) {
  const { access } = deps;
  const self = `publisher:${session}` as const;
  const beside = (of: Tie | undefined, other: Tie | undefined) => {
    const others = other ? guardsOf(other) : [];
    return of ? guardsOf(of).filter((guard) => !others.includes(guard)) : [];
  };
  try {
    await access.depend(tie, self);
    const done = await work();
    await access.release(beside(before, tie), self);
    return done;
  } catch (error) {
    await access.release(beside(tie, before), self);
    throw error;
  }
}
