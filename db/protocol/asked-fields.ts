/**
 * The fields of a request to a model that decide something before it is passed on. Whoever reads the request after us must find the
 * same in them. Objects with a name twice are read in several ways (RFC 8259, section 4), and some readers ignore case, as Go's do
 * (https://pkg.go.dev/encoding/json#Unmarshal): what could be understood in two ways is refused.
 */
import { letsChoose, modelChoosers } from "../kinds/parts/model-choosers.ts";
import { refuse } from "./errors.ts";
import { eachMember } from "./json-members.ts";

/** Who may, how the answer is framed. A field by which something is allowed or limited is added here. */
export const decidingFields = ["model", "stream"] as const;
export type DecidingField = (typeof decidingFields)[number];

const isDeciding = (name: string): name is DecidingField => decidingFields.some((d) => d === name);

const known: ReadonlyMap<string, string> = new Map(
  [...decidingFields, ...Object.keys(modelChoosers)].map((name) => [fold(name), name]),
);

/** Neither a capital nor anything else that a reader may take for one of these letters. */
const plain = /^[a-z0-9_]*$/;

/** The name that some reader may take this one for, where it matters. */
export function fieldMeant(name: string): string | undefined {
  return known.get(name) ?? (plain.test(name) ? undefined : known.get(fold(name)));
}

/**
 * As readers that ignore case compare: `ſ` is s, `K` is k, `ı` and `İ` are i to one or another of them. To one that is written in C
 * a name ends at its first NUL.
 */
function fold(name: string): string {
  const [seen = ""] = name.split("\0", 1);
  return seen.toUpperCase().toLowerCase().replaceAll("\u0307", "");
}

/** Fields of a request. Each is looked at before anybody knows what its sender may do, and a large body could hold millions. */
const MOST_MEMBERS = 1_000;

export interface AskedFields {
  /** Undefined where none is named, or null. */
  model: string | undefined;
  /** Where the value of `model` begins in the text. */
  modelAt: number | undefined;
  stream: boolean;
  /** The first field by which a provider would choose another model by itself, as the client spells it. */
  chooser: string | undefined;
}

/**
 * Of a JSON text. Only the outermost object counts.
 * @param body what `JSON.parse` made of the text.
 * @throws Refusal invalid_request
 */
export function askedFields(text: string, body: unknown): AskedFields {
  if (typeof body !== "object" || body === null || Array.isArray(body))
    refuse("invalid_request", "The request's body must be a JSON object.");
  const values = body as Readonly<Record<string, unknown>>;
  const seen = new Map<string, number>();
  let chooser: string | undefined;
  let members = 0;
  eachMember(text, (name, at) => {
    if (++members > MOST_MEMBERS)
      refuse("invalid_request", `The request has more than ${MOST_MEMBERS} fields.`, {
        hint: "No model takes as many: look at what your program sends.",
      });
    const field = fieldMeant(name);
    if (field === undefined) return;
    if (isDeciding(field)) assertOnce(field, name, seen.has(field));
    // Of two, one may be harmless to us and the other one not to the provider.
    else if (name !== field || seen.has(field) || letsChoose(field, values[field])) chooser ??= shown(name);
    seen.set(field, at);
  });
  const { model, stream } = values;
  if (model !== undefined && model !== null && typeof model !== "string") mustBe("model", "a string");
  if (stream !== undefined && stream !== null && typeof stream !== "boolean") mustBe("stream", "true or false");
  return { model: model ?? undefined, modelAt: seen.get("model"), stream: stream === true, chooser };
}

/** @throws Refusal invalid_request for a field that decides, spelled otherwise or there twice. */
export function assertOnce(field: DecidingField, spelled: string, again: boolean): void {
  if (spelled !== field)
    refuseField(
      shown(spelled),
      `The request has a field \`${shown(spelled)}\`, which some take for \`${field}\`.`,
      `Spell it \`${field}\`, or leave it out.`,
    );
  if (again)
    refuseField(
      field,
      `The request has \`${field}\` twice, and which of them counts differs among readers.`,
      "Send it once.",
    );
}

/** @throws Refusal invalid_request always. */
export function mustBe(field: DecidingField, what: string): never {
  refuseField(field, `\`${field}\` must be ${what}.`);
}

/** @throws Refusal invalid_request always, which names the field in the shape of every surface. */
export function refuseField(field: string, message: string, hint?: string): never {
  const faults = [{ path: field, message }];
  refuse("invalid_request", message, { param: field, faults, ...(hint === undefined ? {} : { hint }) });
}

/** A name may be as long as the whole body, and hold what no line of a log should. */
const shown = (name: string) => JSON.stringify(name.slice(0, 100)).slice(1, -1);
