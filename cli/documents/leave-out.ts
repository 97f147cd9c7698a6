/** A document without some of its references, where it can be without them. Pure. */
import { withoutNulls } from "#db/schema/applied";
import type { Kind } from "#db/schema/kind";
import { wholeFaults } from "./check.ts";
import type { Link } from "./order.ts";

export interface Reduced {
  body: Record<string, unknown>;
  /** What was left out. */
  without: readonly Link[];
}

/** Leaves out each of `found` that the kind's schema lets go; the smallest part of the document that holds it. */
export function leaveOut(kind: Kind, body: Readonly<Record<string, unknown>>, found: readonly Link[]): Reduced {
  let reduced = withoutNulls(kind, body);
  const without: Link[] = [];
  // From the back, so that places in a list stay what they are.
  for (const link of [...found].reverse()) {
    const tokens = tokensOf(link.path);
    for (let depth = tokens.length; depth > 0; depth--) {
      const candidate = structuredClone(reduced);
      if (!remove(candidate, tokens.slice(0, depth)) || wholeFaults(kind, candidate).length > 0) continue;
      reduced = candidate;
      without.push(link);
      break;
    }
  }
  return { body: reduced, without: without.reverse() };
}

/** `fallbacks[0].name` → fallbacks, 0, name. */
const tokensOf = (path: string): (string | number)[] =>
  [...path.matchAll(/\[(\d+)\]|[^.[\]]+/g)].map((m) => (m[1] === undefined ? m[0] : Number(m[1])));

/** @returns whether there was something to remove. */
function remove(root: Record<string, unknown>, tokens: readonly (string | number)[]): boolean {
  const last = tokens.at(-1);
  let at: unknown = root;
  for (const token of tokens.slice(0, -1))
    at = typeof at === "object" && at !== null ? Reflect.get(at, token) : undefined;
  if (typeof at !== "object" || at === null || last === undefined || !Object.hasOwn(at, last)) return false;
  if (Array.isArray(at) && typeof last === "number") at.splice(last, 1);
  else Reflect.deleteProperty(at, last);
  return true;
}
