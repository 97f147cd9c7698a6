/** kubectl's JSONPath templates: `{range .items[*]}{.name}{"\n"}{end}`. */
import { type Part, parsePath, parseTemplate } from "./jsonpath-parse.ts";
import { walk } from "./jsonpath-steps.ts";

/**
 * A path alone does without braces.
 * @throws Failure usage that says where the template is wrong; what it returns throws Failure for a document that it does not fit.
 */
export function jsonpath(template: string): (root: unknown) => string {
  if (template.includes("{")) {
    const parts = parseTemplate(template);
    return (root) => evaluate(parts, root);
  }
  const steps = parsePath(relaxed(template));
  return (root) => printed(walk(steps, [root]));
}

/**
 * The values at one path: `.status.state`, `{.labels.example\.com/team}`, `spec.url`.
 * @throws Failure usage for what is no path.
 */
export function valuesAt(written: string): (root: unknown) => unknown[] {
  const steps = parsePath(relaxed(written.replace(/^\{(.*)\}$/s, "$1").trim()));
  return (root) => walk(steps, [root], { lenient: true });
}

const relaxed = (path: string): string => (/^[.[$@]/.test(path) ? path : `.${path}`);

function evaluate(parts: readonly Part[], root: unknown): string {
  let out = "";
  for (const part of parts) {
    if (part.is === "text") out += part.text;
    else if (part.is === "path") out += printed(walk(part.steps, [root]));
    else for (const value of walk(part.steps, [root])) out += evaluate(part.body, value);
  }
  return out;
}

const printed = (values: readonly unknown[]): string => values.map(textOf).join(" ");

function textOf(value: unknown): string {
  if (typeof value === "string") return value;
  if (typeof value === "number") return numberText(value);
  return JSON.stringify(value, inOrder) ?? "";
}

/** Keys by their letters, so that the same is printed the same. */
const inOrder = (_: string, value: unknown): unknown =>
  typeof value === "object" && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
    : value;

/** What fits 64 bits is a whole number to kubectl; of others it prints the exponent outside 0.0001 to 1000000. */
function numberText(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < 2 ** 63) return String(value);
  const [digits = "", exponent = ""] = value.toExponential().split("e");
  const power = Number(exponent);
  if (power >= -4 && power < 6) return String(value);
  return `${digits}e${power < 0 ? "-" : "+"}${String(Math.abs(power)).padStart(2, "0")}`;
}
