/** The audit event of a request to a model. */
import type { InferenceCall } from "#db/protocol/audit";
import { whoDid } from "../audit/trail.ts";
import type { Call } from "../call.ts";
import type { Target } from "./directory.ts";
import type { Usage } from "./usage.ts";

export interface Outcome {
  /** At the provider, below its base URL. */
  path: string;
  streaming: boolean;
  /** What the client got. */
  status: number;
  error: string | null;
  /** Milliseconds since the epoch. */
  firstByteAt: number | undefined;
  usage: Usage;
}

export function recordInference(call: Call, target: Target, requestId: string, outcome: Outcome): void {
  const { path, streaming, status, error, firstByteAt, usage } = outcome;
  const payload: InferenceCall = {
    llm: target.name,
    model: target.spec.model,
    path,
    streaming,
    status,
    error,
    durationMs: Date.now() - call.startedAt,
    timeToFirstByteMs: firstByteAt === undefined ? null : firstByteAt - call.startedAt,
    ...usage,
    attempts: 1,
    servedBy: target.status.publisher ?? target.spec.type,
  };
  call.deps.audit.record(
    {
      kind: "llm_inference_call",
      ...whoDid(call.caller.principal),
      correlation: requestId,
      payload,
    },
    call.waitUntil,
  );
}
