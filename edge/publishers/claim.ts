/** Who may have which name: the sticky upsert's decision, pure (docs/publishing.md). */

import { llm } from "#db/kinds/llm";
import type { RegisterRequest } from "#db/protocol/publisher";

/** What the store has under a name. */
export interface Holder {
  spec: Record<string, unknown>;
  status: Record<string, unknown>;
}

export type Claim = { is: "reactivate" | "adopt" } | { is: "conflict"; because: string; session?: string };

export function claimOf(holder: Holder, session: string): Claim {
  const { lifecycle, publisher, state } = holder.status;
  if (lifecycle !== "virtual") return { is: "conflict", because: "it was made by hand and has a URL of its own" };
  if (publisher === session) return { is: "reactivate" };
  if (state === "inactive") return { is: "adopt" };
  const other = typeof publisher === "string" ? publisher : "unknown";
  return { is: "conflict", because: `publisher ${other} is publishing it`, session: other };
}

/**
 * The spec that a published model gets. What the publisher says counts; what it does not say stays as somebody may have
 * edited it, as long as the same publisher comes back.
 */
export function specOf(published: RegisterRequest["llms"][number], before: Record<string, unknown> = {}) {
  const { model, type, tier, description, contextWindow, providerMayChoose } = published;
  const said = Object.fromEntries(
    Object.entries({ model, type, tier, description, contextWindow, providerMayChoose }).filter(
      ([, value]) => value !== undefined,
    ),
  );
  return llm.spec.parse({ type: "openai", ...before, ...said });
}
