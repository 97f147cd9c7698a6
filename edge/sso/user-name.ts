/** What a new user is called, from their address: a DNS label. Pure. */

/** Leaves room for a suffix in a label's 63 characters. */
const LONGEST = 48;

export function nameFrom(email: string): string {
  const local = email.split("@")[0]?.split("+")[0] ?? "";
  const label = local
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .slice(0, LONGEST)
    .replace(/^-+|-+$/g, "");
  return label || "user";
}

/** Names to try in order. @param random a few characters of a label, for when there are as many namesakes as that. */
export function* candidates(email: string, random: string): Generator<string, void> {
  const name = nameFrom(email);
  yield name;
  for (let i = 2; i < 10; i++) yield `${name}-${i}`;
  yield `${name}-${random}`;
}
