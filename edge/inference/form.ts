/**
 * A form with files (RFC 7578), as clients upload sound and images: which model it names, and the same form with another model. No
 * other byte changes, and no file is looked into.
 *
 * Who may run one model must not reach another of the same provider by a field that is overlooked here and found there. So it is
 * read to the letter: what two readers might understand in two ways is refused. No client writes such forms.
 */
import { assertOnce, type DecidingField, decidingFields, fieldMeant, mustBe } from "#db/protocol/asked-fields";
import { refuse } from "#db/protocol/errors";
import { concat, type Span } from "./json-scan.ts";
import type { ModelRequest } from "./model-request.ts";

/** Longest head of a part that is read, in bytes. */
const HEAD_BYTES = 16_384;
/** More fields no request of OpenAI's has. */
const MOST_PARTS = 1_000;

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: false, ignoreBOM: true });

/** The boundary that a content type announces; undefined where it is none of a form, or where two readers may find two. */
export function boundaryOf(type: string): string | undefined {
  const said = /^multipart\/form-data\s*(;.*)$/i.exec(type)?.[1]?.replace(/;\s*$/, "");
  if (said === undefined || said.replace(parameter, "").trim() !== "") return undefined;
  const [one, ...others] = [...said.matchAll(parameter)].filter(([, key = ""]) => /^boundary\b/i.test(key));
  if (one === undefined || others.length > 0) return undefined;
  return /^;\s*boundary=(?=[^\\]{1,72}$)"?([^"]{1,70})"?$/i.exec(one[0])?.[1];
}

interface ModelForm extends ModelRequest {
  bodyFor(model: string): Uint8Array<ArrayBuffer>;
}

/** @throws Refusal invalid_request */
export function readForm(bytes: Uint8Array<ArrayBuffer>, boundary: string): ModelForm {
  const fields = fieldsOf(bytes, boundary);
  const textOf = ({ at }: Field) => decoder.decode(bytes.subarray(at.start, at.end));
  const deciding: Partial<Record<DecidingField, Field>> = {};
  let chooser: string | undefined;
  for (const field of fields) {
    const meant = fieldMeant(outermost(field.name));
    const decides = decidingFields.find((d) => d === meant);
    if (decides !== undefined) {
      assertOnce(decides, field.name, deciding[decides] !== undefined);
      if (!field.plain) unclear(`its field ${decides} is written as a file, or encoded`, decides);
      deciding[decides] = field;
    } else if (meant !== undefined && field.at.end > field.at.start) chooser ??= field.name;
  }
  const { model, stream } = deciding;
  const named = model && (textOf(model) || undefined);
  const streams = stream && textOf(stream);
  if (streams !== undefined && !/^(true|false)?$/.test(streams)) mustBe("stream", "true or false");
  return {
    model: named,
    stream: streams === "true",
    chooser,
    choices: 1,
    // Said anew: who reads it finds no other boundary than the one that was read here.
    contentType: `multipart/form-data; boundary=${/^[\w'+.-]+$/.test(boundary) ? boundary : `"${boundary}"`}`,
    bodyFor: (wanted) =>
      wanted === named || model === undefined
        ? bytes
        : concat([bytes.subarray(0, model.at.start), encoder.encode(wanted), bytes.subarray(model.at.end)]),
  };
}

/** `model[]` and `model.x` are parts of `model` to readers that make objects of forms. */
const outermost = (name: string) => name.split(/[[.]/, 1)[0] ?? "";

interface Field {
  name: string;
  /** Where its content stands. */
  at: Span;
  /** Nothing in its head could make a reader take its content for something else than this text. */
  plain: boolean;
}

function fieldsOf(bytes: Uint8Array, boundary: string): Field[] {
  const delimiter = encoder.encode(`--${boundary}`);
  const fields: Field[] = [];
  let at = begins(bytes, delimiter, 0) ? delimiter.length : unclear("it does not begin with its boundary");
  while (!begins(bytes, dashes, at)) {
    if (!begins(bytes, lineBreak, at)) unclear("a boundary is followed by something else");
    if (fields.length === MOST_PARTS) unclear("it has too many fields");
    const head = find(bytes, emptyLine, at, at + HEAD_BYTES) ?? unclear("the head of a field has no end");
    const start = head + emptyLine.length;
    // Anywhere but at the end of the field, some readers would take it for one and others not.
    const next = find(bytes, delimiter, start) ?? unclear("its last boundary is missing");
    const end = next - lineBreak.length;
    if (end < start || !begins(bytes, lineBreak, end)) unclear("a boundary is not on a line of its own");
    fields.push({ ...readHead(decoder.decode(bytes.subarray(at + lineBreak.length, head))), at: { start, end } });
    at = next + delimiter.length;
  }
  const rest = decoder.decode(bytes.subarray(at + dashes.length));
  if (rest !== "" && rest !== "\r\n") unclear("something follows its end");
  return fields;
}

const dashes = encoder.encode("--");
const lineBreak = encoder.encode("\r\n");
const emptyLine = encoder.encode("\r\n\r\n");

const parameter = /;\s*([\w*-]+)=("[^"\r\n]*"|[^\s;"]+)/g;

/** The lines before a field's content. */
function readHead(head: string): Omit<Field, "at"> {
  const lines = head.split("\r\n");
  const [line, ...others] = lines.filter((l) => /^\s|disposition/i.test(l));
  const said = /^content-disposition:\s*form-data\s*(;.*)$/i.exec(line ?? "")?.[1];
  if (said === undefined || others.length > 0 || said.replace(parameter, "").trim() !== "")
    return unclear("a field has no plain content-disposition");
  const parameters = [...said.matchAll(parameter)];
  const names = parameters.filter(([, key = ""]) => /^name\b/i.test(key));
  const name = /^name="?([\w.[\]-]+)"?$/i.exec(names[0]?.[0].replace(/^;\s*/, "") ?? "")?.[1];
  if (names.length !== 1 || !name) return unclear("a field has no plain name");
  return { name, plain: parameters.length === 1 && lines.every((l) => l === line || plainText.test(l)) };
}

/** No other charset and no other encoding leaves the letters of a name as they are. */
const plainText =
  /^(content-type:\s*text\/plain\s*(;\s*charset="?(utf-8|us-ascii|iso-8859-1)"?\s*)?|content-transfer-encoding:\s*([78]bit|binary)\s*|content-length:\s*\d+\s*)$/i;

function begins(bytes: Uint8Array, what: Uint8Array, at: number): boolean {
  return what.every((byte, i) => bytes[at + i] === byte);
}

/** Where the next `what` begins, before `limit`. */
function find(bytes: Uint8Array, what: Uint8Array, from: number, limit = bytes.length): number | undefined {
  const [first = 0] = what;
  for (let at = bytes.indexOf(first, from); at >= 0 && at < limit; at = bytes.indexOf(first, at + 1))
    if (begins(bytes, what, at)) return at;
  return undefined;
}

function unclear(why: string, param?: DecidingField): never {
  refuse("invalid_request", `The form in the request's body can't be read: ${why}.`, {
    ...(param ? { param } : {}),
    hint: "Send multipart/form-data as a client's library makes it, with the boundary that its content type names.",
  });
}
