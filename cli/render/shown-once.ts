/** A credential that the edge hands out in the answer to a create, and never again. */
export function oneTimeToken(answer: Readonly<Record<string, unknown>>): string | undefined {
  const { token } = answer;
  return typeof token === "string" ? token : undefined;
}
