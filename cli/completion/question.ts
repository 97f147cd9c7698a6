/** @returns the words to complete where a command line is as the scripts of `mcpctl completion` ask it. Pure. */
export const question = (argv: readonly string[]): readonly string[] | undefined =>
  argv[0] === "__complete" && argv[1] === "--" ? argv.slice(2) : undefined;
