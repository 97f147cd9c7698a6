/** What the edge itself says in a stream of events (WHATWG HTML, 9.2). */
import { concat } from "./json-scan.ts";

const encoder = new TextEncoder();

/** Comments are ignored by every client (9.2.6). */
export const comment = encoder.encode(": waiting for the model\n\n");

/** JSON as the data of one event: line breaks between its tokens would end the event. */
export function asEvent(json: string): Uint8Array {
  return encoder.encode(`data: ${json.replace(/[\r\n]+\s*/g, " ")}\n\n`);
}

/**
 * The last words, on a line of their own whatever the provider left unfinished.
 * @param event whole, with the empty line that ends it.
 * @param tail the last that the client got.
 */
export function farewell(event: string, tail: string): Uint8Array {
  const begun = tail !== "" && !/\r?\n\r?\n$/.test(tail);
  return concat([encoder.encode(begun ? "\n\n" : ""), encoder.encode(event)]);
}
