/** What a model server says that its answer is. Names of media types are compared without regard to case (RFC 9110, 8.3.1). */
export const isEventStream = (type: string) => /^text\/event-stream\b/i.test(type);

export const isWebPage = (type: string) => /^(text\/html|application\/xhtml\+xml)\b/i.test(type);

/** `application/json`, and everything built upon it. */
export const isJson = (type: string) => /^[-\w.]+\/([-\w.]+\+)?json\b/i.test(type);

/** JSON that says nothing of another encoding than the one that it must have (RFC 8259, 8.1). */
export const isPlainJson = (type: string) =>
  type === "application/json" || (isJson(type) && !/;\s*charset\s*=\s*(?!"?utf-?8\b)/i.test(type));

const decoder = new TextDecoder();

/** Fields of an event, and a comment (WHATWG HTML, 9.2.6). No JSON begins so. */
const signs = ["data:", "event:", "id:", "retry:", ":"];

/** Whether the first bytes of an answer are those of an event stream, whatever it calls itself: some servers leave out the type. */
export function beginsEventStream(first: Uint8Array): boolean {
  const text = decoder.decode(first.subarray(0, 64)).trimStart();
  return text !== "" && signs.some((sign) => text.startsWith(sign) || sign.startsWith(text));
}
