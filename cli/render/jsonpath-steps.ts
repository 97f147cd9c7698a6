/** Walks the steps of a path through a document. Pure. */
import { Failure } from "../failure.ts";
import type { Operator, Step } from "./jsonpath-parse.ts";

export interface WalkOptions {
  /** An index beyond the end of a list finds nothing, as in a table where one row has fewer. */
  lenient?: boolean;
}

/** @throws Failure for what kubectl refuses too: an index beyond the end, an index into what is no list, a comparison of two types. */
export function walk(steps: readonly Step[], values: readonly unknown[], o: WalkOptions = {}): unknown[] {
  let found = [...values];
  for (const step of steps) found = stepped(step, found, o).filter((v) => v !== undefined);
  return found;
}

type Fields = Record<string, unknown>;
const isMap = (v: unknown): v is Fields => typeof v === "object" && v !== null && !Array.isArray(v);
const own = (v: unknown, name: string): unknown[] => (isMap(v) && Object.hasOwn(v, name) ? [v[name]] : []);
const within = (v: unknown): unknown[] => (Array.isArray(v) ? v : isMap(v) ? Object.values(v) : []);

function stepped(step: Step, values: readonly unknown[], o: WalkOptions): unknown[] {
  switch (step.is) {
    case "field":
      return values.flatMap((v) => own(v, step.name));
    case "key":
      return values.flatMap((v) => {
        const found = own(v, step.name);
        return found.length > 0 || !step.path ? found : walk(step.path, [v], o);
      });
    case "every":
      // Of texts kubectl prints the bytes, which nobody wants; nothing at all would look like an empty map.
      if (values.length > 0 && values.every((v) => typeof v === "string")) return listOf(values[0]);
      return values.flatMap(within);
    case "index":
      return values.flatMap((v) => (v === null ? [] : indexed(listOf(v), step.at, o)));
    case "slice":
      return values.flatMap((v) => (v === null ? [] : sliced(listOf(v), step, o)));
    case "union":
      return step.of.flatMap((one) => stepped(one, values, o));
    case "below":
      return values.flatMap(below);
    case "where":
      return values.flatMap((v) => listOf(v).filter((item) => holds(step, item, o)));
    case "value":
      return typeof step.value === "string" ? [step.value] : values.map(() => step.value);
  }
}

/** Lists and maps that hold something: what is to be found below stands in one of them. */
function below(v: unknown): unknown[] {
  const children = within(v);
  return children.length === 0 ? [] : [v, ...children.flatMap(below)];
}

const refused = (why: string) => new Failure(`The jsonpath does not fit: ${why}.`);

function listOf(v: unknown): unknown[] {
  if (Array.isArray(v)) return v;
  throw refused(`it asks for items of ${isMap(v) ? "a map" : JSON.stringify(v)}, which is no list`);
}

function indexed(list: unknown[], at: number, { lenient }: WalkOptions): unknown[] {
  const item = list.at(at);
  if (at < list.length && at >= -list.length) return [item];
  if (lenient) return [];
  throw refused(`it asks for index ${at} of a list of ${list.length}`);
}

/** Both ends have to be in the list, as for kubectl. */
function sliced(list: unknown[], { from, to, step }: Extract<Step, { is: "slice" }>, { lenient }: WalkOptions) {
  const place = (at: number) => (at < 0 ? at + list.length : at);
  const [first, last] = [place(from ?? 0), place(to ?? list.length)];
  const whole = first === last || (first >= 0 && first < list.length && last <= list.length && first < last);
  if (!whole && !lenient)
    throw refused(
      `it asks for ${from ?? ""}:${to ?? ""} of a list of ${list.length}; [*] is for however many there are`,
    );
  return list.slice(Math.max(0, first), Math.max(0, last)).filter((_, i) => i % step === 0);
}

function holds({ left, test }: Extract<Step, { is: "where" }>, item: unknown, o: WalkOptions): boolean {
  const lefts = walk(left, [item], test ? o : { lenient: true });
  if (!test) return lefts.length > 0;
  if (lefts.length === 0) return false;
  const rights = walk(test.right, [item], o);
  if (rights.length === 0) return false;
  if (lefts.length > 1 || rights.length > 1) throw refused("a filter compares one value with one");
  return compare(lefts[0], test.operator, rights[0]);
}

function compare(a: unknown, operator: Operator, b: unknown): boolean {
  const wrong = () => refused(`a filter compares ${JSON.stringify(a)} with ${JSON.stringify(b)}`);
  const ordered = operator !== "==" && operator !== "!=";
  if (!isScalar(a) || !isScalar(b) || typeof a !== typeof b || (ordered && typeof a === "boolean")) throw wrong();
  switch (operator) {
    case "==":
      return a === b;
    case "!=":
      return a !== b;
    case "<":
      return a < b;
    case "<=":
      return a <= b;
    case ">":
      return a > b;
    case ">=":
      return a >= b;
  }
}

const isScalar = (v: unknown): v is string | number | boolean => ["string", "number", "boolean"].includes(typeof v);
