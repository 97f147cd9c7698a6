/** What a client asks for, read from its body once: which model, and whether it wants a stream. */

import { modelChoosers } from "#db/kinds/parts/model-choosers";
import { askedFields, fieldMeant, refuseField } from "#db/protocol/asked-fields";
import { Refusal, refuse } from "#db/protocol/errors";
import { parseJson } from "../http/body.ts";
import type { Call } from "../http/call.ts";
import { boundaryOf, readForm } from "./form.ts";
import { withString } from "./json-scan.ts";
import type { ModelRequest } from "./model-request.ts";

/** @throws Refusal malformed_json, invalid_request, too_large */
export const askedOf = (call: Call): Promise<ModelRequest> => call.once(readBody);

/** Where OpenAI's API takes a form with files; everywhere else it takes JSON. */
const takesForm: ReadonlySet<string> = new Set([
  "/v1/audio/transcriptions",
  "/v1/audio/translations",
  "/v1/images/edits",
  "/v1/images/variations",
]);

async function readBody(call: Call): Promise<ModelRequest> {
  const type = call.request.headers.get("content-type") ?? "";
  return /^multipart\//i.test(type) ? readParts(call, await call.bytes(), type) : readAsked(await call.textQuickly());
}

function readParts(call: Call, bytes: Uint8Array<ArrayBuffer>, type: string): ModelRequest {
  const form = takesForm.has(call.url.pathname);
  const boundary = boundaryOf(type);
  if (form && boundary !== undefined) return readForm(bytes, boundary);
  const wanted = form ? "a form with a boundary" : "JSON";
  refuse("malformed_json", `The request's body is ${type.split(";")[0]}; this path takes ${wanted}.`);
}

/** For the decision, which comes before the handler. @throws Refusal as `askedOf`, and where no model is named. */
export async function modelOf(call: Call): Promise<string> {
  const { model } = await askedOf(call);
  if (model === undefined)
    refuse("invalid_request", "The request names no model.", {
      param: "model",
      hint: "`GET /v1/models` lists those that you may use.",
    });
  return model;
}

/** One text for a model that does not exist and for one that the caller may not run: names of others are not told. */
export function modelNotFound(name: string): Refusal {
  return new Refusal("model_not_found", `The model '${name}' does not exist or you do not have access to it.`, {
    param: "model",
  });
}

/**
 * Who may run an LLM may run its model, not what else its provider has: unless the LLM says that its callers may.
 * @throws Refusal invalid_request
 */
export function assertModelKept({ chooser }: ModelRequest, llm: string, providerMayChoose: boolean): void {
  if (chooser === undefined || providerMayChoose) return;
  const where = modelChoosers[fieldMeant(chooser) ?? ""]?.at ?? "a provider";
  refuseField(
    chooser,
    `\`${chooser}\` lets ${where} answer with another model than that of LLM ${llm}.`,
    "Leave it out; whoever manages the LLM can allow such fields with `providerMayChoose: true`.",
  );
}

/** `/v1/completions` takes a text, its tokens as numbers, or several of either. */
function promptsIn(prompt: unknown): number {
  return Array.isArray(prompt) && typeof prompt[0] !== "number" ? Math.max(1, prompt.length) : 1;
}

/** @throws Refusal malformed_json, invalid_request */
function readAsked(text: string): ModelRequest {
  const body = parseJson(text);
  const { model, modelAt, stream, chooser } = askedFields(text, body);
  const { n, prompt } = body as { n?: unknown; prompt?: unknown };
  return {
    model: model === "" ? undefined : model,
    stream,
    chooser,
    choices: (typeof n === "number" && n > 1 ? n : 1) * promptsIn(prompt),
    contentType: "application/json",
    bodyFor: (name) => (name === model ? text : withString(text, "model", name, modelAt)),
  };
}
