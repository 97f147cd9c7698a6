/** Paths of kubectl's JSONPath: `.a`, `['a.b']`, `[0]`, `[-1]`, `[1:3]`, `['a','b']`, `[*]`, `..a`, `[?(@.n>1)]`. Pure. */

export type Step =
  | { is: "field"; names: string[] }
  | { is: "index"; at: number[] }
  | { is: "slice"; from: number | undefined; to: number | undefined; step: number }
  | { is: "every" }
  /** This and everything within it. */
  | { is: "below" }
  | { is: "where"; path: Step[]; operator: Operator; value: unknown };

const operators = ["==", "!=", "<=", ">=", "<", ">", "exists"] as const;
type Operator = (typeof operators)[number];

/** How far a path was understood. */
export interface Misread {
  rest: string;
}

const QUOTED = /^(?:"[^"]*"|'[^']*')$/;
const FILTER =
  /^\?\(\s*@((?:\.[\w-]+|\[(?:"[^"]*"|'[^']*'|-?\d+)\])*)\s*(?:(==|!=|<=|>=|<|>)\s*("[^"]*"|'[^']*'|[\w.+-]+))?\s*\)$/;
const SLICE = /^(-?\d*):(-?\d*)(?::(\d+))?$/;

/** @returns the steps, or what is not understood. */
export function pathOf(text: string): Step[] | Misread {
  const steps: Step[] = [];
  let rest = /^[$@]/.test(text) ? text.slice(1) : text;
  while (rest !== "") {
    const field = /^(\.\.?)(?:(\*)|([\w\-/]+))/.exec(rest);
    const bracket = /^\.?(\.\.)?\[((?:"[^"]*"|'[^']*'|[^"'\]]|(?<=\([^)]*)\])*)\]/.exec(rest);
    if (field) {
      if (field[1] === "..") steps.push({ is: "below" });
      steps.push(field[2] ? { is: "every" } : { is: "field", names: [field[3] ?? ""] });
      rest = rest.slice(field[0].length);
      continue;
    }
    const within = bracket && inBrackets(bracket[2]?.trim() ?? "");
    if (!bracket || !within) return { rest };
    if (bracket[1]) steps.push({ is: "below" });
    steps.push(within);
    rest = rest.slice(bracket[0].length);
  }
  return steps;
}

function inBrackets(text: string): Step | undefined {
  if (text === "*") return { is: "every" };
  const slice = SLICE.exec(text);
  const number = (digits: string | undefined) => (digits ? Number(digits) : undefined);
  if (slice) return { is: "slice", from: number(slice[1]), to: number(slice[2]), step: number(slice[3]) || 1 };
  const several = text.match(/"[^"]*"|'[^']*'|[^,]+/g)?.map((word) => word.trim()) ?? [];
  if (several.length > 0 && several.every((word) => QUOTED.test(word)))
    return { is: "field", names: several.map((word) => word.slice(1, -1)) };
  if (several.length > 0 && several.every((word) => /^-?\d+$/.test(word)))
    return { is: "index", at: several.map(Number) };
  const filter = FILTER.exec(text);
  if (!filter) return undefined;
  const path = pathOf(filter[1] ?? "");
  if (!Array.isArray(path)) return undefined;
  const operator = operators.find((o) => o === filter[2]) ?? "exists";
  return { is: "where", path, operator, value: literal(filter[3]) };
}

function literal(text: string | undefined): unknown {
  if (text === undefined) return undefined;
  if (QUOTED.test(text)) return text.slice(1, -1);
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

export function walk(steps: readonly Step[], values: unknown[]): unknown[] {
  let found = values;
  for (const step of steps) found = found.flatMap((value) => taken(step, value));
  return found.filter((v) => v !== undefined);
}

const isObject = (v: unknown): v is Record<string, unknown> => typeof v === "object" && v !== null;
const within = (v: unknown): unknown[] => (Array.isArray(v) ? v : isObject(v) ? Object.values(v) : []);

function taken(step: Step, v: unknown): unknown[] {
  switch (step.is) {
    case "field":
      return isObject(v) ? step.names.flatMap((name) => (Object.hasOwn(v, name) ? [v[name]] : [])) : [];
    case "every":
      return within(v);
    case "index":
      return step.at.map((at) => within(v).at(at));
    case "slice":
      return within(v)
        .slice(step.from, step.to)
        .filter((_, i) => i % step.step === 0);
    case "below":
      return isObject(v) ? [v, ...within(v).flatMap((item) => taken(step, item))] : [];
    case "where":
      return within(v).filter((item) => holds(step, item));
  }
}

function holds({ path, operator, value }: Extract<Step, { is: "where" }>, item: unknown): boolean {
  const found = walk(path, [item]);
  if (operator === "exists") return found.length > 0;
  if (operator === "==" || operator === "!=") return found.some((v) => v === value) === (operator === "==");
  return found.some((v) => {
    const order = compared(v, value);
    if (order === undefined) return false;
    return operator === "<" ? order < 0 : operator === ">" ? order > 0 : operator === "<=" ? order <= 0 : order >= 0;
  });
}

/** Numbers by size, texts by their letters; nothing else has an order. */
function compared(a: unknown, b: unknown): number | undefined {
  if (typeof a === "number" && typeof b === "number") return a - b;
  if (typeof a === "string" && typeof b === "string") return a < b ? -1 : Number(a > b);
  return undefined;
}
