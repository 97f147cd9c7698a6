/**
 * Every member of the outermost object of a JSON text. `JSON.parse` keeps the last of two members of one name, and does not say that
 * there were two; another reader keeps the first (RFC 8259, section 4). The text has been through `JSON.parse`: validity is not
 * checked again.
 */

/**
 * One look at each character at most, and none at those of strings: what is inside them is passed over by native search.
 * @param visit gets each name without its escapes, and where the value begins in UTF-16 units; again where a name is repeated.
 */
export function eachMember(text: string, visit: (name: string, value: number) => void): void {
  let depth = 0;
  let nameNext = false;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    switch (c) {
      case QUOTE: {
        const end = stringEnd(text, i);
        if (nameNext) {
          nameNext = false;
          visit(unquoted(text.slice(i, end)), skipSpace(text, skipSpace(text, end) + 1));
        }
        i = end - 1;
        break;
      }
      case OPEN_BRACE:
      case OPEN_BRACKET:
        depth++;
        nameNext = depth === 1;
        break;
      case CLOSE_BRACE:
      case CLOSE_BRACKET:
        depth--;
        break;
      case COMMA:
        nameNext = depth === 1;
        break;
      default:
        // A list of numbers may be very long.
        if (depth > 1 && c >= ZERO && c <= NINE) {
          structure.lastIndex = i;
          structure.test(text);
          i = structure.lastIndex - 2;
        }
    }
  }
}

const QUOTE = 0x22;
const COMMA = 0x2c;
const ZERO = 0x30;
const NINE = 0x39;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const BACKSLASH = 0x5c;

const structure = /["[\]{}]/g;

const unquoted = (string: string) => (string.includes("\\") ? String(JSON.parse(string)) : string.slice(1, -1));

/** Just after the closing quote of the string that opens at `open`. */
export function stringEnd(text: string, open: number): number {
  for (let quote = text.indexOf('"', open + 1); ; quote = text.indexOf('"', quote + 1)) {
    let before = quote - 1;
    while (text.charCodeAt(before) === BACKSLASH) before--;
    if ((quote - before) % 2 === 1) return quote + 1;
  }
}

const isSpace = (c: number) => c === 0x20 || c === 0x0a || c === 0x0d || c === 0x09;

export function skipSpace(text: string, from: number): number {
  let at = from;
  while (isSpace(text.charCodeAt(at))) at++;
  return at;
}
