/**
 * Changing one value of a JSON object without touching anything else: big integers, white space, order and duplicate keys
 * stay as the client wrote them. The text has been through `JSON.parse`: validity is not checked again.
 */
import { skipSpace, stringEnd } from "#db/protocol/json-members";

/** From `start` up to, not including, `end`, in UTF-16 units of the text. */
export interface Span {
  start: number;
  end: number;
}

/**
 * The same text where a member of the outermost object is this string.
 * @param at where its value begins, which is a string or null; undefined where there is none: it becomes the first member.
 */
export function withString(text: string, key: string, value: string, at: number | undefined): string {
  const written = JSON.stringify(value);
  if (at !== undefined) {
    const end = text[at] === '"' ? stringEnd(text, at) : at + "null".length;
    return text.slice(0, at) + written + text.slice(end);
  }
  const open = text.indexOf("{") + 1;
  const empty = text[skipSpace(text, open)] === "}";
  return `${text.slice(0, open)}${JSON.stringify(key)}:${written}${empty ? "" : ","}${text.slice(open)}`;
}

export function concat(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  let size = 0;
  for (const part of parts) size += part.length;
  const all = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
