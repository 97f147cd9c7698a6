/** Which tasks this machine runs. The edge decides who may ask; what is asked of this machine is decided here. */
import { type AskedFields, askedFields } from "#db/protocol/asked-fields";
import { type BaseUrl, urlOf } from "#db/protocol/base-url";
import { Refusal } from "#db/protocol/errors";
import type { InferTask } from "#db/protocol/publisher";

/** One model, as it is published. */
export interface Published {
  /** At the edge: a DNS label. */
  name: string;
  /** The model server's own name for it. */
  model: string;
  /** Of the model server, as somebody said it. */
  url: string;
  /** Where that has its endpoints. */
  base: BaseUrl;
  type?: string;
  tier?: "fast" | "heavy";
  description?: string;
  contextWindow?: number;
  /** Callers may have the model server run other models that it has. */
  providerMayChoose?: boolean;
}

/** What a model server is asked for; nothing that manages it (`/api/pull`, `/api/delete`, `/slots`). */
const servedPaths: ReadonlySet<string> = new Set([
  "/v1/chat/completions",
  "/v1/completions",
  "/v1/embeddings",
  "/v1/rerank",
  "/v1/responses",
  "/v1/messages",
  "/v1/messages/count_tokens",
]);

export type Admission = { is: "run"; url: string } | { is: "refused"; status: number; message: string };

export function admit(task: InferTask, published: readonly Published[], draining: boolean): Admission {
  if (draining) return { is: "refused", status: 503, message: "The publisher is about to stop and takes nothing new." };
  const llm = published.find((p) => p.name === task.llm && p.model === task.model);
  if (!llm)
    return { is: "refused", status: 404, message: `The publisher does not publish ${task.model} as ${task.llm}.` };
  if (!servedPaths.has(task.path))
    return { is: "refused", status: 404, message: `The publisher does not serve ${task.path}.` };
  const asked = fieldsOf(task.body);
  if (asked instanceof Refusal) return { is: "refused", status: 400, message: asked.message };
  if (asked.model !== llm.model)
    return { is: "refused", status: 400, message: `The task's body asks for another model than ${llm.model}.` };
  if (asked.chooser !== undefined && !llm.providerMayChoose)
    return {
      is: "refused",
      status: 400,
      message: `\`${asked.chooser}\` lets a model server answer with another model than ${llm.model}; its publisher does not allow it (providerMayChoose).`,
    };
  return { is: "run", url: urlOf(llm.base, task.path) };
}

/** Read as the edge reads it, and not because the edge has: the text that is sent on means to every reader what it means here. */
function fieldsOf(body: string): AskedFields | Refusal {
  try {
    return askedFields(body, JSON.parse(body));
  } catch (error) {
    return error instanceof Refusal ? error : new Refusal("malformed_json", "The task's body is not JSON.");
  }
}
