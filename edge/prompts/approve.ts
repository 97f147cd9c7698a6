/** A prompt that was proposed becomes one (spec: agents.md, Prompts). */
import { Refusal } from "#db/protocol/errors";
import { kindsByName } from "#db/resources/index";
import type { Call } from "../call.ts";
import { answerOutcome } from "../resources/answer.ts";
import { canonical } from "../resources/equal.ts";
import { assertSeen, preconditionsOf } from "../resources/precondition.ts";
import { findRows } from "../resources/read.ts";
import { remove } from "../resources/remove.ts";
import { isDryRun, readNew, rowInPath } from "../resources/request.ts";
import type { Stored } from "../resources/stored.ts";
import { type Outcome, write } from "../resources/write.ts";

const { prompt, promptrequest } = kindsByName;

export async function approve(call: Call): Promise<Response> {
  const seen = preconditionsOf(call.request.headers);
  const request = await rowInPath(call, promptrequest);
  assertSeen(promptrequest, request, seen);
  const { reason: _, ...fields } = promptrequest.spec.parse(request.spec);
  const document = readNew(prompt, { name: request.name, labels: request.labels, ...fields });
  const dryRun = isDryRun(call);
  const outcome = await write(call, prompt, undefined, () => document, { dryRun, merge: false }).catch(
    (error: unknown) => approvedBefore(call, request, document.spec, error),
  );
  if (dryRun) return answerOutcome(call, prompt, outcome);
  const kept = await forget(call, request);
  return answerOutcome(call, prompt, kept ? { ...outcome, warnings: [...outcome.warnings, kept] } : outcome);
}

/** What was approved goes; what was proposed meanwhile in its place was approved by nobody. @returns what to warn of */
async function forget(call: Call, request: Stored): Promise<string | undefined> {
  try {
    await remove(call, promptrequest, request, {
      dryRun: false,
      seen: { seen: [String(request.revision)], unseen: undefined },
    });
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    // Somebody else approved it at the same time.
    if (error.code === "not_found") return undefined;
    if (error.code !== "lost_update") throw error;
    return `The promptrequest ${request.name} was changed while it was being approved: it stays, and the prompt is as it was before that.`;
  }
  return undefined;
}

/** Cut off between the two writes, approving goes on where it stopped. @throws the error for another prompt of that name */
async function approvedBefore(
  call: Call,
  request: Stored,
  spec: Record<string, unknown>,
  error: unknown,
): Promise<Outcome> {
  if (!(error instanceof Refusal) || error.code !== "already_exists") throw error;
  const [row] = await findRows(call.deps.store.db, prompt, request.name);
  if (!row || canonical(row.spec) !== canonical(spec)) throw error;
  return { row, verb: "unchanged", warnings: [], revealed: {} };
}
