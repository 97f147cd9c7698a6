/**
 * kubectl's JSONPath templates as data: text, paths in braces, `{range …}…{end}`. What a path may hold is what Kubernetes' page
 * on JSONPath support lists: https://kubernetes.io/docs/reference/kubectl/jsonpath/. Pure.
 */
import { usage } from "../failure.ts";

export const operators = ["==", "!=", "<=", ">=", "<", ">"] as const;
export type Operator = (typeof operators)[number];

export type Step =
  | { is: "field"; name: string }
  /** `['a.b']`: the key of this very name, else, as kubectl takes it, the path `.a.b`. */
  | { is: "key"; name: string; path: Step[] | undefined }
  | { is: "every" }
  /** `[1]` and `[1:3]`; undefined where it is left out. */
  | { is: "slice"; from: number | undefined; to: number | undefined; step: number }
  | { is: "index"; at: number }
  | { is: "union"; of: Step[] }
  /** This and everything within it. */
  | { is: "below" }
  | { is: "where"; left: Step[]; test?: { operator: Operator; right: Step[] } }
  | { is: "value"; value: string | number | boolean };

export type Part =
  | { is: "text"; text: string }
  | { is: "path"; steps: Step[] }
  | { is: "range"; steps: Step[]; body: Part[] };

/** Ends the name of a field where no backslash stands before it. */
const ENDS_NAME = /[\s.,[\]$@{}]/;
const SLICE = /^(-?\d*)(?::(-?\d*))?(?::(-?\d*))?$/;
const QUOTED = /^(?:'[^']*'|"[^"]*")$/;

/** @throws Failure usage that says where the template is wrong. */
export function parseTemplate(template: string): Part[] {
  return partsFrom(template, 0, false).parts;
}

/** The steps of one path without braces. @throws Failure usage */
export const parsePath = (path: string): Step[] => stepsFrom(path, 0, path.length, false).steps;

function partsFrom(t: string, from: number, nested: boolean): { parts: Part[]; next: number } {
  const parts: Part[] = [];
  let i = from;
  while (i < t.length) {
    if (t[i] !== "{") {
      const open = t.indexOf("{", i);
      const end = open < 0 ? t.length : open;
      parts.push({ is: "text", text: t.slice(i, end) });
      i = end;
      continue;
    }
    const { steps, word, next } = stepsFrom(t, i + 1, t.length, true);
    if (word === "end") {
      if (!nested) throw wrong(t, i, "{end} without {range}");
      return { parts, next };
    }
    if (word === "range") {
      // As for kubectl, a range that nothing ends reaches to the end.
      const body = partsFrom(t, next, true);
      parts.push({ is: "range", steps, body: body.parts });
      i = body.next;
    } else {
      parts.push({ is: "path", steps });
      i = next;
    }
  }
  return { parts, next: i };
}

interface Steps {
  steps: Step[];
  word?: "range" | "end";
  next: number;
}

/** @param braced whether a closing brace ends it, or `to` does. */
function stepsFrom(t: string, from: number, to: number, braced: boolean): Steps {
  const found: Steps = { steps: [], next: from };
  const { steps } = found;
  const field = (start: number): number => {
    const { name, plain, next } = nameFrom(t, start, to);
    if (plain === "*") steps.push({ is: "every" });
    else if (plain !== "") steps.push({ is: "field", name });
    return next;
  };
  let i = from;
  while (i < to) {
    const c = t[i] ?? "";
    if (c === "}" && braced) return { ...found, next: i + 1 };
    if (c === "\n" || c === "\r") throw wrong(t, i, "a path can't go on in another line");
    if (c === " " || c === "@" || c === "$") i++;
    else if (t.startsWith("..", i)) {
      if (steps.at(-1)?.is === "below") throw wrong(t, i, "a path can't descend twice");
      steps.push({ is: "below" });
      i += 2;
      if (/[\w\p{L}\\*]/u.test(t[i] ?? "")) i = field(i);
    } else if (c === ".") i = field(i + 1);
    else if (t.startsWith("[?(", i)) i = filterFrom(t, i, to, steps);
    else if (c === "[") i = bracketsFrom(t, i, to, steps);
    else if (c === '"' || c === "'") i = quoteFrom(t, i, to, steps);
    else if (/[\d+-]/.test(c)) {
      const [digits = ""] = /^[+-]?[\d.]*/.exec(t.slice(i, to)) ?? [];
      const value = Number(digits);
      if (Number.isNaN(value) || digits === "") throw wrong(t, i, `"${digits}" is no number`);
      steps.push({ is: "value", value });
      i += digits.length;
    } else if (/[\w\p{L}]/u.test(c)) {
      const { plain, next } = nameFrom(t, i, to);
      if (plain === "true" || plain === "false") steps.push({ is: "value", value: plain === "true" });
      else if (braced && (plain === "range" || plain === "end")) found.word = plain;
      else throw wrong(t, i, `"${plain}" is not understood: a field is written .${plain}, a text in quotes`);
      i = next;
    } else if (c === "&" || c === "|") throw wrong(t, i, "conditions can't be joined, nor for kubectl");
    else throw wrong(t, i, `"${t.slice(i, to)}" is not understood`);
  }
  if (braced) throw wrong(t, from - 1, "the brace is not closed");
  return { ...found, next: i };
}

/** `plain` is what stands there; `name` is without the backslashes. */
function nameFrom(t: string, from: number, to: number): { name: string; plain: string; next: number } {
  let i = from;
  while (i < to && !ENDS_NAME.test(t[i] ?? "")) i += t[i] === "\\" ? 2 : 1;
  const next = Math.min(i, to);
  const plain = t.slice(from, next);
  return { name: unslashed(plain), plain, next };
}

const unslashed = (name: string): string => name.replace(/\\/g, "");

/** The next of `wanted` that stands in no quotes. @returns `to` where there is none. */
function outsideQuotes(t: string, from: number, to: number, wanted: RegExp): number {
  let quote = "";
  for (let i = from; i < to; i++) {
    const c = t[i] ?? "";
    if (c === "\n" || c === "\r") return to;
    if (quote) {
      if (c === "\\") i++;
      else if (c === quote) quote = "";
    } else if (wanted.test(c)) return i;
    else if (c === '"' || c === "'") quote = c;
  }
  return to;
}

function bracketsFrom(t: string, open: number, to: number, steps: Step[]): number {
  const close = outsideQuotes(t, open + 1, to, /\]/);
  if (close === to) throw wrong(t, open, "the bracket is not closed");
  const several: Step[] = [];
  for (let from = open + 1; from <= close; ) {
    const comma = outsideQuotes(t, from, close, /,/);
    several.push(selected(t, from, comma));
    from = comma + 1;
  }
  const [only] = several;
  steps.push(only && several.length === 1 ? only : { is: "union", of: several });
  return close + 1;
}

function selected(t: string, from: number, to: number): Step {
  const text = t.slice(from, to).trim();
  if (text === "*") return { is: "every" };
  if (text === "") return { is: "index", at: 0 };
  if (QUOTED.test(text)) {
    const inner = text.slice(1, -1);
    return { is: "key", name: unslashed(inner), path: pathIn(inner) };
  }
  const [slice, first = "", second, third] = SLICE.exec(text) ?? [];
  if (slice === undefined || first === "-" || second === "-" || third === "-")
    throw wrong(t, from, `"[${text}]" is not understood: it takes an index, a slice such as 0:2, or a name in quotes`);
  if (second === undefined) return { is: "index", at: Number(first) };
  const number = (digits: string | undefined) => (digits ? Number(digits) : undefined);
  const step = number(third) ?? 1;
  if (step < 1) throw wrong(t, from, "the step of a slice must be at least 1");
  return { is: "slice", from: number(first), to: number(second), step };
}

/** @returns undefined for a name that is no path. */
function pathIn(inner: string): Step[] | undefined {
  try {
    return parsePath(`.${inner}`);
  } catch {
    return undefined;
  }
}

function filterFrom(t: string, open: number, to: number, steps: Step[]): number {
  const start = open + "[?(".length;
  const close = outsideQuotes(t, start, to, /\)/);
  if (close === to || t[close + 1] !== "]") throw wrong(t, open, "the filter is not closed");
  const at = outsideQuotes(t, start, close, /[!<>=]/);
  const part = (from: number, until: number) => stepsFrom(t, from, until, false).steps;
  if (at === close) steps.push({ is: "where", left: part(start, close) });
  else {
    const [written = ""] = /^[!<>=]+/.exec(t.slice(at, close)) ?? [];
    const operator = operators.find((o) => o === written);
    if (!operator) throw wrong(t, at, `"${written}" is no comparison: there are ${operators.join(" ")}`);
    const [left, right] = [part(start, at), part(at + written.length, close)];
    if (left.length === 0 && t.slice(start, at).trim() === "") throw wrong(t, at, "there is nothing to compare");
    if (t.slice(at + written.length, close).trim() === "") throw wrong(t, at, "there is nothing to compare with");
    steps.push({ is: "where", left, test: { operator, right } });
  }
  return close + 2;
}

const SIMPLE: Readonly<Record<string, string>> = { a: "\x07", b: "\b", f: "\f", n: "\n", r: "\r", t: "\t", v: "\v" };
const ESCAPE =
  /^\\(?:([abfnrtv\\"'])|([0-7]{3})|x([\da-fA-F]{2})|u([\da-fA-F]{4})|U((?:000[\da-fA-F]|0010)[\da-fA-F]{4}))/;

/** As Go reads a quoted text: https://go.dev/ref/spec#Rune_literals */
function quoteFrom(t: string, open: number, to: number, steps: Step[]): number {
  const quote = t[open] ?? "";
  let value = "";
  let i = open + 1;
  while (i < to && t[i] !== quote && t[i] !== "\n") {
    if (t[i] !== "\\") {
      value += t[i++];
      continue;
    }
    const [written, simple, octal, ...hex] = ESCAPE.exec(t.slice(i, to)) ?? [];
    const otherQuote = (simple === '"' || simple === "'") && simple !== quote;
    if (written === undefined || otherQuote) throw wrong(t, i, `"${t.slice(i, i + 2)}" is no escape`);
    const code = octal ? Number.parseInt(octal, 8) : Number.parseInt(hex.find(Boolean) ?? "", 16);
    value += simple ? (SIMPLE[simple] ?? simple) : String.fromCodePoint(code);
    i += written.length;
  }
  if (i >= to || t[i] !== quote) throw wrong(t, open, "the quote is not closed");
  steps.push({ is: "value", value });
  return i + 1;
}

function wrong(template: string, at: number, why: string): Error {
  return usage(
    `The jsonpath template is wrong at character ${at + 1}: ${why}.`,
    `${template.slice(0, at)}▸${template.slice(at)}`,
  );
}
