/** Parses label selectors of kubectl's syntax, and matches labels. The edge and the CLI share this. Pure. */
import { refuse } from "../protocol/errors.ts";
import { isSound } from "./validate.ts";

export type LabelRequirement =
  | { key: string; is: "in" | "notin"; values: readonly string[] }
  | { key: string; is: "exists" | "absent" };

/** Maximum number of requirements in one selector. */
const mostRequirements = 64;

/** Slightly more than a label key may have, so that people can find old labels that are invalid now. */
const keyForm = "[A-Za-z0-9]([-A-Za-z0-9_./]{0,315}[A-Za-z0-9])?";
const key = new RegExp(`^${keyForm}$`);

export const commaSeparated = (term: string) => `^\\s*(${term}\\s*(,\\s*${term}\\s*)*)?$`;

/** The syntax of `parseLabelSelector` as a regular expression, for schemas. */
export const labelSelectorForm = commaSeparated(
  `(!\\s*${keyForm}|${keyForm}(\\s*(==?|!=)\\s*[^=!(),\\s]*|\\s+(in|notin)\\s*\\([^()]*\\))?)`,
);

/**
 * `a=b`, `a==b`, `a!=b`, `a in (b,c)`, `a notin (b,c)`, `a`, `!a`, separated by commas. As in Kubernetes, `!=` and `notin` also
 * select resources without the label.
 * @throws Refusal invalid_request
 */
export function parseLabelSelector(text: string): LabelRequirement[] {
  return selectorTerms(text, "labelSelector").map((term) => {
    const set = /^(\S+)\s+(in|notin)\s*\(([^()]*)\)$/.exec(term);
    if (set) {
      const [, name = "", is, list = ""] = set;
      return { key: label(name, term), is: is === "in" ? "in" : "notin", values: list.split(",").map((v) => v.trim()) };
    }
    const equality = /^([^=!\s]+)\s*(==|=|!=)\s*([^=!(),\s]*)$/.exec(term);
    if (equality) {
      const [, name = "", operator, value = ""] = equality;
      return { key: label(name, term), is: operator === "!=" ? "notin" : "in", values: [value] };
    }
    return term.startsWith("!")
      ? { key: label(term.slice(1).trim(), term), is: "absent" }
      : { key: label(term, term), is: "exists" };
  });
}

function label(name: string, term: string): string {
  if (key.test(name)) return name;
  return refuse("invalid_request", `labelSelector: ${JSON.stringify(term.slice(0, 80))} is not a requirement.`, {
    param: "labelSelector",
    hint: "Write a=b, a!=b, a in (b,c), a notin (b,c), a or !a, separated by commas.",
  });
}

/** Same result as the edge's query: `!=` and `notin` also select resources without the label. */
export const meets = (labels: Readonly<Record<string, string>>, requirements: readonly LabelRequirement[]): boolean =>
  requirements.every((r) => meetsOne(labels, r));

function meetsOne(labels: Readonly<Record<string, string>>, r: LabelRequirement): boolean {
  const value = Object.hasOwn(labels, r.key) ? labels[r.key] : undefined;
  switch (r.is) {
    case "exists":
      return value !== undefined;
    case "absent":
      return value === undefined;
    case "in":
      return value !== undefined && r.values.includes(value);
    case "notin":
      return value === undefined || !r.values.includes(value);
  }
}

/** Splits at commas outside parentheses, in one pass. */
export function selectorTerms(text: string, param: string): string[] {
  if (!isSound(text)) refuse("invalid_request", `${param} contains a NUL character.`, { param });
  const found: string[] = [];
  let term = "";
  let inside = false;
  for (const c of text) {
    if (c === "(") inside = true;
    if (c === ")") inside = false;
    if (c === "," && !inside) {
      found.push(term.trim());
      term = "";
    } else term += c;
  }
  found.push(term.trim());
  if (found.length === 1 && found[0] === "") return [];
  if (found.length > mostRequirements)
    refuse("invalid_request", `${param} has more than ${mostRequirements} requirements.`, { param });
  // A requirement that is missing beside a comma must not turn into a selection of everything.
  if (found.includes(""))
    refuse("invalid_request", `${param}: a requirement is missing beside a comma.`, {
      param,
      hint: "Leave out the comma.",
    });
  return found;
}
