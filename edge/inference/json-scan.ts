/**
 * Changing one value of a JSON object without touching anything else: big integers, white space, order and duplicate keys
 * stay as the client wrote them (spec: clients.md, SDKs). The text has been through `JSON.parse`: validity is not checked again.
 */

/** From `start` up to, not including, `end`, in UTF-16 units of the text. */
export interface Span {
  start: number;
  end: number;
}

const QUOTE = 0x22;
const COLON = 0x3a;

/** Where the values of a key of the outermost object stand; several where the key is repeated. */
export function topLevelValues(text: string, key: string): Span[] {
  const quoted = JSON.stringify(key);
  return onlyOccurrence(text, quoted) ?? scan(text, key, quoted);
}

/**
 * The common case by native search: a key that is spelled once in the whole text. Without `\u` no other spelling of it exists,
 * and a quoted word followed by a colon is a key. It may still be one of an inner object, which the first bracket tells.
 */
function onlyOccurrence(text: string, quoted: string): Span[] | undefined {
  const at = text.indexOf(quoted);
  if (at < 0) return text.includes("\\u") ? undefined : [];
  if (text.indexOf(quoted, at + 1) >= 0 || text.includes("\\u")) return undefined;
  const open = text.indexOf("{");
  const inner = text.indexOf("{", open + 1);
  const list = text.indexOf("[", open + 1);
  if ((inner >= 0 && inner < at) || (list >= 0 && list < at)) return undefined;
  const colon = skipSpace(text, at + quoted.length);
  if (text.charCodeAt(colon) !== COLON) return undefined;
  const start = skipSpace(text, colon + 1);
  return text.charCodeAt(start) === QUOTE ? [{ start, end: stringEnd(text, start) }] : undefined;
}

function scan(text: string, key: string, quoted: string): Span[] {
  const spans: Span[] = [];
  let depth = 0;
  let keyNext = false;
  let start = -1;
  const close = (at: number) => {
    if (start >= 0) spans.push({ start, end: backOverSpace(text, at) });
    start = -1;
  };
  for (let i = 0; i < text.length; i++) {
    switch (text[i]) {
      case '"': {
        const end = stringEnd(text, i);
        if (depth === 1 && keyNext) {
          keyNext = false;
          const raw = text.slice(i, end);
          if (raw === quoted || (raw.includes("\\") && JSON.parse(raw) === key))
            start = skipSpace(text, skipSpace(text, end) + 1);
        }
        i = end - 1;
        break;
      }
      case "{":
      case "[":
        depth++;
        if (depth === 1) keyNext = true;
        break;
      case "}":
      case "]":
        depth--;
        if (depth === 0) close(i);
        break;
      case ",":
        if (depth === 1) {
          close(i);
          keyNext = true;
        }
    }
  }
  return spans;
}

/** The same text with every top-level value of `key` replaced by a string; where there is none, it becomes the first member. */
export function withTopLevelString(text: string, key: string, value: string): string {
  const spans = topLevelValues(text, key);
  const written = JSON.stringify(value);
  if (spans.length === 0) {
    const open = text.indexOf("{") + 1;
    const empty = text[skipSpace(text, open)] === "}";
    return `${text.slice(0, open)}${JSON.stringify(key)}:${written}${empty ? "" : ","}${text.slice(open)}`;
  }
  let changed = "";
  let from = 0;
  for (const { start, end } of spans) {
    changed += text.slice(from, start) + written;
    from = end;
  }
  return changed + text.slice(from);
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

/** Just after the closing quote of the string that opens at `open`. */
function stringEnd(text: string, open: number): number {
  for (let quote = text.indexOf('"', open + 1); ; quote = text.indexOf('"', quote + 1)) {
    let slashes = 0;
    while (text[quote - 1 - slashes] === "\\") slashes++;
    if (slashes % 2 === 0) return quote + 1;
  }
}

const isSpace = (c: number) => c === 0x20 || c === 0x0a || c === 0x0d || c === 0x09;

function skipSpace(text: string, from: number): number {
  let at = from;
  while (isSpace(text.charCodeAt(at))) at++;
  return at;
}

function backOverSpace(text: string, from: number): number {
  let at = from;
  while (isSpace(text.charCodeAt(at - 1))) at--;
  return at;
}
