/** What somebody may have meant who called a path where nothing is: mostly a client with another base URL than it needs. */
import { anthropic } from "./surfaces/anthropic.ts";
import { openai } from "./surfaces/openai.ts";
import type { Surface } from "./surfaces/surface.ts";

/** What clients append to their base URL. */
const appended =
  /\/(chat\/completions|completions|embeddings|rerank|images\/(generations|edits|variations)|audio\/(speech|transcriptions|translations)|models(\/[^/]+)?)$/;

const base = "The base URL of OpenAI clients is this edge's address with `/v1`, and nothing behind it";

export interface Near {
  hint: string;
  /** Whose client will read the refusal, where that is known better than from the path. */
  surface?: Surface;
}

/** @param path of the request, as it came. */
export function nearRoute(path: string): Near | undefined {
  const plain = path.replace(/\/{2,}/g, "/").replace(/\/$/, "");
  const other = /^(\/v1)*\/(responses|messages)\b/.exec(plain)?.[2];
  if (other)
    return {
      hint: "This edge speaks chat completions: switch the client to `POST /v1/chat/completions`.",
      surface: other === "messages" ? anthropic : openai,
    };
  if (plain === "") return { hint: `${base}; \`/api/v1/openapi.json\` lists all that there is.` };
  if (plain === "/v1") return { hint: `${base}; \`GET /v1/models\` lists the models.`, surface: openai };
  const meant = appended.exec(plain)?.[0];
  // Below /api/v1 a resource may be called so.
  if (meant && !plain.startsWith("/api/v1/")) return { hint: `${base}: \`/v1${meant}\` is here.`, surface: openai };
  if (/^\/api\/(chat|generate|tags|show|embed|embeddings|ps|version)$/.test(plain))
    return { hint: `Ollama's own API is not spoken here, OpenAI's is. ${base}.` };
  return undefined;
}
