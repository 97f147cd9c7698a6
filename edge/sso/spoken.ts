/** Somebody else's words, in one line that can be stored, shown and logged. Pure. */
export function spoken(text: string): string {
  return text
    .toWellFormed()
    .replace(/[\p{Cc}\p{Bidi_Control}\s]+/gu, " ")
    .trim()
    .slice(0, 300);
}
