/**
 * Stack and causes for the log; never the request's headers or body, nor a statement's parameters, which come from them:
 * drizzle writes all of them into its message, a whole batch of audit events among them.
 */
export function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { message, stack = message } = error;
  const said = message.replace(/\nparams: [\s\S]*$/, "");
  const frames = stack.includes(message) ? stack.replace(message, () => said) : said;
  return frames + (error.cause ? `\ncaused by ${causeOf(error.cause)}` : "");
}
