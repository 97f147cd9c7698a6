/** A registration at its session's object: who may, a new secret, and the rows. */
import { hashToken, mintToken } from "#db/crypto/token";
import { refuse } from "#db/protocol/errors";
import type { RegisterResponse } from "#db/protocol/publisher";
import { PROTOCOL_VERSION } from "#db/protocol/version";
import type { Change } from "../changes.ts";
import type { Deps } from "../deps.ts";
import { type Identity, knowsSecret } from "./identity.ts";
import type { RegisterInward } from "./inward.ts";
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
  const { session, fresh, owner, request } = inward;
  if (!fresh) {
    const vouched = known?.owner === owner.key || (await knowsSecret(known, request.sessionSecret ?? null));
    if (!vouched) refuse("not_found", "No such session, or it belongs to somebody else.");
  }
  const sessionSecret = mintToken("mcpctl_pub_");
  const identity = { session, secretHash: await hashToken(sessionSecret), owner: owner.key };
  const { llms, host, capacity } = request;
  const claimed = await claimSettled(deps, { session, owner: owner.label, llms, slots: capacity.slots, host });
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
