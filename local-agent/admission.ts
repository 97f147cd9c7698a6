/** Which tasks this machine runs. The edge decides who may ask; what is asked of this machine is decided here. */
import { type BaseUrl, urlOf } from "#db/protocol/base-url";
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
  if (modelIn(task.body) !== llm.model)
    return { is: "refused", status: 400, message: `The task's body asks for another model than ${llm.model}.` };
  return { is: "run", url: urlOf(llm.base, task.path) };
}

function modelIn(body: string): unknown {
  try {
    return (JSON.parse(body) as { model?: unknown } | null)?.model;
  } catch {
    return undefined;
  }
}
