/** What a resource is called where it is told apart from all others, in a form that every verb takes back. */
import type { Kind } from "#db/schema/kind";

type Scoped = Pick<Kind, "scope">;

/** Within a parent, both names: `librarian/terse`. */
export function nameOf({ scope }: Scoped, resource: Readonly<Record<string, unknown>>): string {
  const name = String(resource["name"]);
  const parent = scope === undefined ? undefined : resource[scope];
  return typeof parent === "string" ? `${parent}/${name}` : name;
}

/** `llm/gpt`, `personality/librarian/terse`. */
export const addressOf = (kind: Scoped & Pick<Kind, "name">, resource: Readonly<Record<string, unknown>>): string =>
  `${kind.name}/${nameOf(kind, resource)}`;
