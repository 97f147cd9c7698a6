/** One prompt more, or one less, of a personality: the same write as if its whole list had been sent (spec: agents.md, Personalities). */
import { refuse } from "#db/protocol/errors";
import { faultsOf } from "#db/resources/faults";
import { kindsByName, type SpecOf } from "#db/resources/index";
import type { Document } from "#db/resources/validate";
import type { Call } from "../call.ts";
import { answerOutcome } from "../resources/answer.ts";
import { answerList } from "../resources/list.ts";
import { assertSeen, preconditionsOf } from "../resources/precondition.ts";
import { shownSpec } from "../resources/present.ts";
import { findRows } from "../resources/read.ts";
import { invalid, isDryRun, readDocument, readReplacement, rowInPath } from "../resources/request.ts";
import type { Stored } from "../resources/stored.ts";
import { write } from "../resources/write.ts";

const { personality, prompt } = kindsByName;
type Attachment = SpecOf<"personality">["prompts"][number];

/** As an element of the personality's own list. */
export const attachment = personality.spec.shape.prompts.unwrap().element;

export async function attachedPrompts(call: Call): Promise<Response> {
  const row = await rowInPath(call, personality);
  return answerList(call, prompt, {
    scopeId: undefined,
    referredBy: { from: personality.name, id: row.id },
  });
}

export async function attach(call: Call): Promise<Response> {
  const body = await readDocument(call);
  const wanted = attachment.safeParse(body);
  if (!wanted.success) return invalid(faultsOf(attachment, wanted.error.issues, body, {}));
  return change(call, (name, held) => {
    if (held.some((a) => a.prompt === wanted.data.prompt))
      refuse("already_exists", `The prompt ${wanted.data.prompt} is attached to ${name} already.`, {
        param: "prompt",
        hint: "To give it another priority, detach it first, or change the personality.",
      });
    return [...held, wanted.data];
  });
}

export async function detach(call: Call): Promise<Response> {
  const word = call.params["prompt"] ?? "";
  const [row] = await findRows(call.deps.store.db, prompt, word);
  return change(call, (name, held) => {
    const rest = held.filter((a) => a.prompt !== (row?.name ?? word));
    if (rest.length === held.length)
      refuse("not_found", `The prompt ${JSON.stringify(word.slice(0, 253))} is not attached to ${name}.`, {
        hint: `\`mcpctl describe personality ${name}\` shows what is.`,
      });
    return rest;
  });
}

async function change(call: Call, to: (name: string, held: readonly Attachment[]) => Attachment[]): Promise<Response> {
  const first = await rowInPath(call, personality);
  const seen = preconditionsOf(call.request.headers);
  const documentOf = (now: Stored = first): Document => {
    assertSeen(personality, now, seen);
    const { prompts } = personality.spec.parse(now.spec);
    const spec = { ...shownSpec(personality, now.spec), prompts: to(now.name, prompts) };
    return readReplacement(personality, { labels: now.labels, ...spec }, now);
  };
  return answerOutcome(
    call,
    personality,
    await write(call, personality, first, documentOf, { dryRun: isDryRun(call), merge: false }),
  );
}
