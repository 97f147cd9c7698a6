/** What a client asks for. Read by read-model-request.ts. */
import type { UpstreamBody } from "./upstream.ts";

export interface ModelRequest {
  /** As the client names it; undefined where the path names the LLM. */
  model: string | undefined;
  stream: boolean;
  /** The first field by which the provider would choose another model by itself, as the client spells it. */
  chooser: string | undefined;
  /** How many choices the answer is to have: `n` for each prompt; 1 where it does not say. */
  choices: number;
  /** What the body is, for the provider. */
  contentType: string;
  /** What the client sent, but for the model's name where it differs. */
  bodyFor(model: string): UpstreamBody;
}
