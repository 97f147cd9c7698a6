/** The audit event of a request to a model. */
import type { InferenceCall } from "#db/protocol/audit";
import { whoDid } from "../audit/trail.ts";
import type { Call } from "../http/call.ts";
import type { Usage } from "./dialects/dialect.ts";
import type { Target } from "./target.ts";

export interface InferenceOutcome {
  /** At the provider, below its base URL. */
  path: string;
  streaming: boolean;
  /** What the client got. */
  status: number;
  error: string | null;
  /** Milliseconds since the epoch. */
  firstByteAt: number | undefined;
  /** How often the request was sent. */
  attempts: number;
  usage: Usage;
}

export function recordInference(call: Call, target: Target, outcome: InferenceOutcome): void {
  const { path, streaming, status, error, firstByteAt, attempts, usage } = outcome;
  // Written out, here and below: in a literal, what follows a spread is set one by one, and this is done for every request.
  const payload: InferenceCall = {
    llm: target.name,
    model: target.spec.model,
    path,
    streaming,
    status,
    error,
    durationMs: Date.now() - call.startedAt,
    timeToFirstByteMs: firstByteAt === undefined ? null : firstByteAt - call.startedAt,
    tokensIn: usage.tokensIn,
    tokensOut: usage.tokensOut,
    tokensCached: usage.tokensCached,
    tokensReasoning: usage.tokensReasoning,
    attempts,
    servedBy: target.is === "publisher" ? target.session : target.spec.type,
  };
  const who = whoDid(call.caller.principal);
  call.deps.audit.record(
    {
      kind: "llm_inference_call",
      principal: who.principal,
      impersonator: who.impersonator,
      tokenName: who.tokenName,
      tokenHash: who.tokenHash,
      project: who.project,
      correlation: call.requestId,
      payload,
    },
    call.waitUntil,
  );
}
