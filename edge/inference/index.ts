/** `/v1`: OpenAI's surface over every LLM. */
import { z } from "zod";
import type { Call } from "../http/call.ts";
import { may, type Permission, type Route, route } from "../http/route.ts";
import { Exchange } from "./exchange.ts";
import { listModels, model, modelList, showModel } from "./models.ts";
import { askedOf, assertModelKept, modelNotFound, modelOf } from "./read-model-request.ts";

/** Paths that go to the provider as they are. */
const passed = {
  "/v1/chat/completions": "Answers a chat, streaming where `stream` is true.",
  "/v1/completions": "Completes a text, streaming where `stream` is true.",
  "/v1/embeddings": "Makes embeddings.",
  "/v1/rerank": "Sorts documents by how well they answer.",
  "/v1/images/generations": "Makes images.",
  "/v1/images/edits": "Changes an image; a form with files.",
  "/v1/images/variations": "Makes variations of an image; a form with a file.",
  "/v1/audio/speech": "Speaks a text.",
  "/v1/audio/transcriptions": "Writes down what is said; a form with a file.",
  "/v1/audio/translations": "Writes down in English what is said; a form with a file.",
} as const;

const asked = { tag: "inference", events: "InferenceEvent", refuses: [429, 502, 504] } as const;

const answerOf = (path: string) =>
  path === "/v1/audio/speech"
    ? { status: 200, schema: z.string().meta({ format: "binary" }), type: "audio/*" }
    : { status: 200, schema: "InferenceAnswer" };

/** Asking models is what tokens are for: their bindings say which. */
const reached = { tokenReach: "anywhere" } as const;

/** The model's name is in the body, and one that may not be run looks like one that does not exist. */
const mayRunNamed: Permission = may("run", "llms", { name: modelOf, conceal: modelNotFound });

/** The name of the LLM that the path names by name or id, so that a name-scoped binding matches whichever was used. */
async function named(call: Call): Promise<string> {
  const nameOrId = call.params["name"] ?? "";
  const target = await call.deps.llms.get(nameOrId, call.waitUntil);
  return target?.name ?? nameOrId;
}

async function infer(call: Call, name: string, path: string): Promise<Response> {
  const asked = await askedOf(call);
  const target = await call.deps.llms.get(name, call.waitUntil);
  // A body names a model by its name only.
  if (target?.name !== name) throw modelNotFound(name);
  assertModelKept(asked, name, target.spec.providerMayChoose === true);
  return new Exchange(call, target, path, asked).run(asked);
}

export const inferenceRoutes: readonly Route[] = [
  route(
    "GET",
    "/v1/models",
    may("run", "llms", { listed: true }),
    {
      tag: "inference",
      summary: "Lists the models that the caller may run.",
      answer: { status: 200, schema: modelList },
    },
    listModels,
    reached,
  ),
  route(
    "GET",
    "/v1/models/:name",
    may("run", "llms", { name: named, conceal: modelNotFound }),
    { tag: "inference", summary: "Shows one model.", answer: { status: 200, schema: model } },
    showModel,
    reached,
  ),
  ...Object.entries(passed).map(([path, summary]) =>
    route(
      "POST",
      path,
      mayRunNamed,
      { ...asked, summary, body: "NamedInferenceRequest", answer: answerOf(path) },
      async (call) => infer(call, await modelOf(call), path),
      reached,
    ),
  ),
  route(
    "POST",
    "/api/v1/llms/:name/infer",
    may("run", "llms", { name: named, conceal: modelNotFound }),
    {
      ...asked,
      summary: "Answers a chat with the LLM that the path names.",
      body: "InferenceRequest",
      answer: { status: 200, schema: "InferenceAnswer" },
    },
    async (call) => infer(call, await named(call), "/v1/chat/completions"),
    reached,
  ),
];
