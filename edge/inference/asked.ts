/** What a client asks for, read from its body once: which model, and whether it wants a stream. */
import { Refusal, refuse } from "#db/protocol/errors";
import { decodeUtf8, parseText } from "../body.ts";
import type { Call } from "../call.ts";
import { boundaryOf, readForm } from "./form.ts";
import { withTopLevelString } from "./json-scan.ts";

export interface Asked {
  /** As the client names it; undefined where the path names the LLM. */
  model: string | undefined;
  stream: boolean;
  /** What the body is, for the provider. */
  contentType: string;
  /** The client's own bytes, but for the model's name where it differs. */
  bodyFor(model: string): Uint8Array<ArrayBuffer>;
}

const remembered = new WeakMap<Call, Promise<Asked>>();

/** @throws Refusal malformed_json, invalid_request, too_large */
export function askedOf(call: Call): Promise<Asked> {
  let asked = remembered.get(call);
  if (!asked) {
    asked = readBody(call);
    remembered.set(call, asked);
  }
  return asked;
}

/** Where OpenAI's API takes a form with files; everywhere else it takes JSON. */
const takesForm: ReadonlySet<string> = new Set([
  "/v1/audio/transcriptions",
  "/v1/audio/translations",
  "/v1/images/edits",
  "/v1/images/variations",
]);

async function readBody(call: Call): Promise<Asked> {
  const bytes = await call.bytes();
  const type = call.request.headers.get("content-type") ?? "";
  return /^multipart\//i.test(type) ? readParts(call, bytes, type) : readAsked(bytes);
}

function readParts(call: Call, bytes: Uint8Array<ArrayBuffer>, type: string): Asked {
  const form = takesForm.has(call.url.pathname);
  const boundary = boundaryOf(type);
  if (form && boundary !== undefined) return readForm(bytes, boundary, type);
  const wanted = form ? "a form with a boundary" : "JSON";
  refuse("malformed_json", `The request's body is ${type.split(";")[0]}; this path takes ${wanted}.`);
}

/** Lets go of the body once it is on its way. */
export function forgetAsked(call: Call): void {
  remembered.delete(call);
  call.dropBody();
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

/** @throws Refusal malformed_json, invalid_request */
function readAsked(bytes: Uint8Array<ArrayBuffer>): Asked {
  const text = decodeUtf8(bytes);
  const body = parseText(text);
  if (typeof body !== "object" || body === null || Array.isArray(body))
    refuse("invalid_request", "The request's body must be a JSON object.");
  const { model, stream } = body as { model?: unknown; stream?: unknown };
  if (model !== undefined && model !== null && typeof model !== "string")
    refuse("invalid_request", "`model` must be a string.", { param: "model" });
  const named = model ?? undefined;
  return {
    model: named === "" ? undefined : named,
    stream: stream === true,
    contentType: "application/json",
    bodyFor: (name) => (name === named ? bytes : withTopLevelString(bytes, text, "model", name)),
  };
}
