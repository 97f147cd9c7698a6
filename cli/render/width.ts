/** Columns that text takes on a terminal. */

const wide =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/u;
const marks = /^[\p{Mn}\p{Me}\p{Cf}]+$/u;
const ascii = /^[\x20-\x7e]*$/;
let segmenter: Intl.Segmenter | undefined;
/** Made when the first text needs it: most are ASCII. */
function graphemes(text: string) {
  segmenter ??= new Intl.Segmenter(undefined, { granularity: "grapheme" });
  return segmenter.segment(text);
}

const one = (grapheme: string) => (marks.test(grapheme) ? 0 : wide.test(grapheme) ? 2 : 1);

export function width(text: string): number {
  if (ascii.test(text)) return text.length;
  let sum = 0;
  for (const { segment } of graphemes(text)) sum += one(segment);
  return sum;
}

/** Cut to fit, with `…` where something is missing. */
export function cut(text: string, columns: number): string {
  if (width(text) <= columns) return text;
  if (columns <= 1) return "…".slice(0, columns);
  let out = "";
  let sum = 0;
  for (const { segment } of graphemes(text)) {
    const w = one(segment);
    if (sum + w > columns - 1) break;
    out += segment;
    sum += w;
  }
  return `${out}…`;
}
