/** Where words go to and come from. stdout is the answer, stderr is everything else. */

export interface Io {
  /** The answer. Resolves when the reader has taken it, so that a slow pipe slows the writer. */
  out(text: string): Promise<void>;
  /** Everything else: progress, notes, warnings, errors. */
  err(text: string): void;
  /** Columns of the terminal that shows stdout; undefined where it is none, and nothing is cut to fit. */
  readonly columns: number | undefined;
  /** Its lines, as they are now. */
  readonly rows: number | undefined;
  readonly colour: { readonly out: boolean; readonly err: boolean };
  readonly terminal: { readonly in: boolean; readonly out: boolean; readonly err: boolean };
  /** All of stdin as text. Read once. */
  input(): Promise<string>;
  /** All of stdin as it came. Read once. */
  bytes(): Promise<Uint8Array>;
  /** @throws Failure usage where nobody can be asked. */
  ask(question: string, options?: { hidden?: boolean }): Promise<string>;
}

/**
 * Text from elsewhere as it may stand on a terminal: without control characters, which could move the cursor, change
 * colours or retitle the window.
 */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Bidi_Control}]/gu, (c) => (c === "\n" || c === "\t" ? c : "\ufffd"));
}
