/** Decides which tasks this machine runs. The edge authorizes the caller; this file checks the request. */
import { type AskedFields, askedFields } from "#db/protocol/asked-fields";
import { type BaseUrl, urlOf } from "#db/protocol/base-url";
import { Refusal } from "#db/protocol/errors";
import type { InferTask } from "#db/protocol/publisher";

/** A published model. */
export interface Published {
  /** Name at the edge: a DNS label. */
  name: string;
  /** The model server's own name for it. */
  model: string;
  /** URL of the model server, as configured. */
  url: string;
  /** Base URL of its endpoints. */
  base: BaseUrl;
  type?: string;
  tier?: "fast" | "heavy";
  description?: string;
  contextWindow?: number;
  /** Whether callers may send fields that make the model server run another model. */
  providerMayChoose?: boolean;
}

/** Paths that are forwarded to a model server. Management paths (`/api/pull`, `/api/delete`, `/slots`) are not. */
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
  if (draining)
    return { is: "refused", status: 503, message: "The publisher is about to stop and accepts no new requests." };
  const llm = published.find((p) => p.name === task.llm && p.model === task.model);
  if (!llm)
    return { is: "refused", status: 404, message: `The publisher does not publish ${task.model} as ${task.llm}.` };
  if (!servedPaths.has(task.path))
    return { is: "refused", status: 404, message: `The publisher does not serve ${task.path}.` };
  const asked = fieldsOf(task.body);
  if (asked instanceof Refusal) return { is: "refused", status: 400, message: asked.message };
  if (asked.model !== llm.model)
    return { is: "refused", status: 400, message: `The body of the task names another model than ${llm.model}.` };
  if (asked.chooser !== undefined && !llm.providerMayChoose)
    return {
      is: "refused",
      status: 400,
      message: `\`${asked.chooser}\` lets a model server answer with another model than ${llm.model}; its publisher does not allow it (providerMayChoose).`,
    };
  return { is: "run", url: urlOf(llm.base, task.path) };
}

/** Parses the body like the edge, but does not rely on the edge's check: the forwarded text must have the same meaning for every parser. */
function fieldsOf(body: string): AskedFields | Refusal {
  try {
    return askedFields(body, JSON.parse(body));
  } catch (error) {
    return error instanceof Refusal ? error : new Refusal("malformed_json", "The body of the task is not JSON.");
  }
}
