/**
 * A form with files (RFC 7578), as clients upload sound and images: which model it names, and the same form with another model. No
 * other byte changes, and no file is looked into.
 *
 * Who may run one model must not reach another of the same provider by a field that is overlooked here and found there. So it is
 * read to the letter: what two readers might understand in two ways is refused. No client writes such forms.
 */
import { refuse } from "#db/protocol/errors";
import type { Asked } from "./asked.ts";
import { concat, type Span } from "./json-scan.ts";

/** Longest head of a part that is read, in bytes. */
const HEAD_BYTES = 16_384;
/** More fields no request of OpenAI's has. */
const MOST_PARTS = 1_000;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** The boundary that a content type announces; undefined where it is none of a form. */
export function boundaryOf(type: string): string | undefined {
  if (!/^multipart\/form-data\s*;/i.test(type)) return undefined;
  const [, quoted, plain] = /;\s*boundary=(?:"([^"]{1,70})"|([^\s;"]{1,70}))/i.exec(type) ?? [];
  return quoted ?? plain;
}

interface AskedForm extends Asked {
  bodyFor(model: string): Uint8Array<ArrayBuffer>;
}

/** @param type the whole content type: it goes on as it is, boundary included. @throws Refusal invalid_request */
export function readForm(bytes: Uint8Array<ArrayBuffer>, boundary: string, type: string): AskedForm {
  const fields = fieldsOf(bytes, boundary);
  const lastOf = (name: string) => {
    const at = fields.findLast((field) => field.name === name)?.at;
    return at && decoder.decode(bytes.subarray(at.start, at.end));
  };
  const named = lastOf("model") || undefined;
  return {
    model: named,
    stream: lastOf("stream") === "true",
    choices: 1,
    contentType: type,
    bodyFor: (model) => {
      if (model === named) return bytes;
      const parts: Uint8Array[] = [];
      let from = 0;
      for (const { name, at } of fields) {
        if (name !== "model") continue;
        parts.push(bytes.subarray(from, at.start), encoder.encode(model));
        from = at.end;
      }
      return concat([...parts, bytes.subarray(from)]);
    },
  };
}

interface Field {
  name: string;
  /** Where its content stands. */
  at: Span;
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
    fields.push({ name: nameIn(decoder.decode(bytes.subarray(at + lineBreak.length, head))), at: { start, end } });
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

/** Of a field, out of the lines of its head. */
function nameIn(head: string): string {
  const [line, ...others] = head.split("\r\n").filter((l) => /^\s|disposition/i.test(l));
  const said = /^content-disposition:\s*form-data\s*(;.*)$/i.exec(line ?? "")?.[1];
  if (said === undefined || others.length > 0 || said.replace(parameter, "").trim() !== "")
    return unclear("a field has no plain content-disposition");
  const names = [...said.matchAll(parameter)].filter(([, key = ""]) => /^name\b/i.test(key));
  const name = /^name="?([\w.[\]-]+)"?$/i.exec(names[0]?.[0].replace(/^;\s*/, "") ?? "")?.[1];
  return names.length === 1 && name ? name : unclear("a field has no plain name");
}

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

function unclear(why: string): never {
  refuse("invalid_request", `The form in the request's body can't be read: ${why}.`, {
    hint: "Send multipart/form-data as a client's library makes it, with the boundary that its content type names.",
  });
}
