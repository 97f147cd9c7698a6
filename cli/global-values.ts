/** What the flags that every verb takes were given as. */
export interface Globals {
  output?: string | undefined;
  project?: string | undefined;
  context?: string | undefined;
  edge?: string | undefined;
  token?: string | undefined;
  /** A service account to act as. */
  as?: string | undefined;
  quiet: boolean;
  verbose: boolean;
}
