/**
 * kubectl's JSONPath templates, the part that scripts use: text outside braces, paths within, `{range …}…{end}`, `{"\\n"}`, `{@}`.
 */
import { usage } from "../failure.ts";
import { pathOf, type Step, walk } from "./jsonpath-steps.ts";

type Part = { is: "text"; text: string } | { is: "path"; steps: Step[] } | { is: "range"; steps: Step[]; body: Part[] };

/** @throws Failure usage that says where the template is wrong. */
export function jsonpath(template: string, root: unknown): string {
  const text = template.includes("{")
    ? template
    : `{${template.startsWith(".") || template.startsWith("[") ? "" : "."}${template}}`;
  const { parts } = parse(text, 0, false);
  return evaluate(parts, root);
}

/**
 * The values at one path: `.status.state`, `{.labels['a.b']}`, `spec.url`.
 * @throws Failure usage for what is no path.
 */
export function valuesAt(written: string): (root: unknown) => unknown[] {
  const inner = written.replace(/^\{(.*)\}$/s, "$1").trim();
  const text = /^[.[$@]/.test(inner) ? inner : `.${inner}`;
  const steps = path(text, written, 0);
  return (root) => walk(steps, [root]);
}

function evaluate(parts: readonly Part[], root: unknown): string {
  let out = "";
  for (const part of parts) {
    if (part.is === "text") out += part.text;
    else if (part.is === "path") out += walk(part.steps, [root]).map(written).join(" ");
    else for (const value of walk(part.steps, [root])) out += evaluate(part.body, value);
  }
  return out;
}

const written = (value: unknown): string => (typeof value === "string" ? value : (JSON.stringify(value) ?? ""));

const wrong = (template: string, at: number, why: string) =>
  usage(
    `The jsonpath template is wrong at character ${at + 1}: ${why}.`,
    `${template.slice(0, at)}▸${template.slice(at)}`,
  );

function parse(template: string, from: number, nested: boolean): { parts: Part[]; next: number } {
  const parts: Part[] = [];
  let i = from;
  while (i < template.length) {
    if (template[i] !== "{") {
      const open = template.indexOf("{", i);
      const end = open < 0 ? template.length : open;
      parts.push({ is: "text", text: template.slice(i, end) });
      i = end;
      continue;
    }
    const close = closing(template, i);
    const inner = template.slice(i + 1, close).trim();
    if (inner === "end") {
      if (!nested) throw wrong(template, i, "{end} without {range}");
      return { parts, next: close + 1 };
    }
    if (inner.startsWith("range ")) {
      const body = parse(template, close + 1, true);
      parts.push({ is: "range", steps: path(inner.slice(6).trim(), template, i), body: body.parts });
      i = body.next;
      continue;
    }
    const quoted = /^(["'])(.*)\1$/s.exec(inner);
    if (quoted) parts.push({ is: "text", text: unescaped(quoted[2] ?? "") });
    else parts.push({ is: "path", steps: path(inner, template, i) });
    i = close + 1;
  }
  if (nested) throw wrong(template, template.length, "{range} without {end}");
  return { parts, next: i };
}

const unescaped = (s: string) => s.replace(/\\(.)/g, (_, c: string) => ({ n: "\n", t: "\t", r: "\r" })[c] ?? c);

function closing(template: string, open: number): number {
  let quote = "";
  for (let i = open + 1; i < template.length; i++) {
    const c = template[i] ?? "";
    if (quote) {
      if (c === "\\") i++;
      else if (c === quote) quote = "";
    } else if (c === '"' || c === "'") quote = c;
    else if (c === "}") return i;
  }
  throw wrong(template, open, "the brace is not closed");
}

/** @param at where in the template the path stands, or its braces. */
function path(text: string, template: string, at: number): Step[] {
  const steps = pathOf(text);
  if (Array.isArray(steps)) return steps;
  const place = template.indexOf(steps.rest, at);
  throw wrong(template, place < 0 ? at : place, `"${steps.rest}" is not understood`);
}
