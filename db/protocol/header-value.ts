/**
 * A credential that is sent in a header: whether it can be (RFC 9110, 5.5), and without the spaces around it and the line end
 * that a file or an editor left behind it. What is wrong is named, never the value: an HTTP library would only say that the request failed.
 */

export type Credential = { value: string; fault?: never } | { value?: never; fault: string };

/** Characters that come along unseen when a key is copied. */
const unseen: Readonly<Record<number, string>> = {
  0: "a NUL character",
  9: "a tab",
  10: "a line break",
  13: "a line break",
  133: "a line break",
  160: "a no-break space",
  8203: "a zero-width space",
  8204: "a zero-width non-joiner",
  8205: "a zero-width joiner",
  8232: "a line break",
  8233: "a line break",
  8288: "a zero-width word joiner",
  65279: "a byte order mark",
};

/** @returns `fault` as what follows "the key": `holds a line break at position 12`. Positions begin at 1. */
export function readCredential(text: string): Credential {
  const begin = text.search(/[^ \t]|$/);
  const value = text.slice(begin).replace(/[ \t\r\n]+$/, "");
  if (value === "") return { fault: "holds nothing" };
  const found = /[^\x20-\x7e]/u.exec(value);
  if (!found) return { value };
  return { fault: `holds ${nameOf(found[0].codePointAt(0) ?? 0)} at position ${begin + found.index + 1}` };
}

function nameOf(point: number): string {
  const known = unseen[point];
  if (known !== undefined) return known;
  const code = `U+${point.toString(16).toUpperCase().padStart(4, "0")}`;
  return point < 0xa0 ? `the control character ${code}` : `the character ${code}, which is not ASCII,`;
}
