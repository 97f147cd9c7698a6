/**
 * kubectl's JSONPath templates, the part that scripts use: text outside braces, `{.a.b}`, `{.items[*].name}`, `[0]`, `[-1]`,
 * `['a.b']`, `[?(@.tier=="fast")]`, `{range …}…{end}`, `{"\n"}`, `{@}`.
 */
import { usage } from "../failure.ts";

type Step =
  | { is: "field"; name: string }
  | { is: "index"; at: number }
  | { is: "every" }
  | { is: "where"; path: Step[]; operator: "==" | "!=" | "exists"; value: unknown };

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

function walk(steps: readonly Step[], values: unknown[]): unknown[] {
  let found = values;
  for (const step of steps)
    found = found.flatMap((v): unknown[] => {
      if (step.is === "field")
        return typeof v === "object" && v !== null && Object.hasOwn(v, step.name)
          ? [(v as Record<string, unknown>)[step.name]]
          : [];
      const items = Array.isArray(v) ? v : typeof v === "object" && v !== null ? Object.values(v) : [];
      if (step.is === "every") return items;
      if (step.is === "index") return items.slice(step.at).slice(0, 1);
      return items.filter((item) => holds(step, item));
    });
  return found.filter((v) => v !== undefined);
}

function holds(step: Extract<Step, { is: "where" }>, item: unknown): boolean {
  const found = walk(step.path, [item]);
  if (step.operator === "exists") return found.length > 0;
  return found.some((v) => v === step.value) === (step.operator === "==");
}

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

const stepPattern =
  /\.?\[(?:(\*)|(-?\d+)|(["'])((?:(?!\3).)*)\3|\?\(\s*@((?:\.[\w-]+|\[[^\]]*\])*)\s*(?:(==|!=)\s*("[^"]*"|'[^']*'|[\w.+-]+))?\s*\))\]|\.(\*)|\.([\w\-/]+)/y;

function path(text: string, template: string, at: number): Step[] {
  const steps: Step[] = [];
  let i = /^[$@]/.test(text) ? 1 : 0;
  while (i < text.length) {
    stepPattern.lastIndex = i;
    const m = stepPattern.exec(text);
    if (!m) throw wrong(template, at, `"${text.slice(i)}" is not understood`);
    // Kept before anything else: a filter has a path of its own, read by the same pattern.
    i = stepPattern.lastIndex;
    if (m[1] || m[8]) steps.push({ is: "every" });
    else if (m[2]) steps.push({ is: "index", at: Number(m[2]) });
    else if (m[3]) steps.push({ is: "field", name: m[4] ?? "" });
    else if (m[9]) steps.push({ is: "field", name: m[9] });
    else
      steps.push({
        is: "where",
        path: path(m[5] ?? "", template, at),
        operator: m[6] === "==" || m[6] === "!=" ? m[6] : "exists",
        value: literal(m[7]),
      });
  }
  return steps;
}

function literal(text: string | undefined): unknown {
  if (text === undefined) return undefined;
  if (/^["']/.test(text)) return text.slice(1, -1);
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
