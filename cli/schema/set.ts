/** `--set path=value`: any field, however deep, typed by its schema. Pure. */
import type { z } from "zod";
import { near as nearest } from "#db/schema/near";
import { shapeOf } from "#db/schema/shape";
import { usage } from "../failure.ts";
import { coerce } from "./flags.ts";

type Key = string | number;

/** Puts one `path=value` into `root`, which is changed. @throws Failure usage for a field that there is not. */
export function setField(schema: z.core.$ZodType, root: Record<string, unknown>, typed: string, flag = "--set"): void {
  const { path, value } = split(typed, flag);
  setValue(schema, root, path, flag, (leaf) => coerceWhole(leaf, value, flag));
}

/** As `setField`, with a text from elsewhere: whole for a field that is a text, else as JSON or as it is written in a flag. */
export function setText(
  schema: z.core.$ZodType,
  root: Record<string, unknown>,
  path: string,
  text: string,
  flag: string,
): void {
  setValue(schema, root, keysOf(path, flag), flag, (leaf) => coerceWhole(leaf, text, flag));
}

function setValue(
  schema: z.core.$ZodType,
  root: Record<string, unknown>,
  path: readonly Key[],
  flag: string,
  wanted: (leaf: z.core.$ZodType) => unknown,
): void {
  let at: unknown = root;
  let options: readonly z.core.$ZodType[] = [schema];
  for (const [i, key] of path.entries()) {
    const inner = options.flatMap((o) => childrenOf(o, key));
    const [first] = inner;
    if (!first) throw noField(path.slice(0, i + 1), options, flag);
    if (i === path.length - 1) put(at, key, wanted(first));
    else {
      const held = Reflect.get(at as object, key);
      const next = typeof held === "object" && held !== null ? held : typeof path[i + 1] === "number" ? [] : {};
      put(at, key, next);
      at = next;
    }
    options = inner;
  }
}

/** Own properties only: no path reaches a prototype. */
function put(into: unknown, key: Key, value: unknown): void {
  if (typeof into !== "object" || into === null) return;
  Object.defineProperty(into, key, { value, writable: true, enumerable: true, configurable: true });
}

function coerceWhole(leaf: z.core.$ZodType, value: string, flag: string): unknown {
  const shape = shapeOf(leaf);
  if ((shape.is === "list" || shape.is === "map" || shape.is === "object") && /^\s*[[{]/.test(value)) {
    try {
      return JSON.parse(value);
    } catch (cause) {
      throw usage(`${flag}: the value is not valid JSON: ${(cause as Error).message}`);
    }
  }
  return coerce(leaf, shape.is === "list" || shape.is === "map" ? [value] : value, flag);
}

function split(typed: string, flag: string): { path: Key[]; value: string } {
  // The first `=` that does not stand in a quoted key.
  const found = /^((?:\["(?:[^"\\]|\\.)*"\]|[^=[]|\[\d+\])+)=(.*)$/s.exec(typed);
  if (!found) throw usage(`${flag} ${typed} is not path=value.`, `As in: ${flag} timeouts.idle=5000`);
  return { path: keysOf(found[1] ?? "", flag), value: found[2] ?? "" };
}

/** `timeouts.idle`, `members[0]`, `labels["example.com/team"]`. */
function keysOf(path: string, flag: string): Key[] {
  const token = /\.?([\w/-]+)|\[(\d+)\]|\["((?:[^"\\]|\\.)*)"\]/y;
  const keys: Key[] = [];
  for (let i = 0; i < path.length; i = token.lastIndex) {
    token.lastIndex = i;
    const m = token.exec(path);
    if (!m) throw usage(`${flag} ${path} is no path.`, `As in: ${flag} timeouts.idle=5000, ${flag} members[0]=ada`);
    keys.push(m[1] ?? (m[2] === undefined ? (m[3] ?? "").replace(/\\(.)/g, "$1") : Number(m[2])));
  }
  if (keys[0] === "spec") keys.shift();
  return keys;
}

function childrenOf(schema: z.core.$ZodType, key: Key): z.core.$ZodType[] {
  const shape = shapeOf(schema);
  if (shape.is === "either") return shape.of.flatMap((o) => childrenOf(o, key));
  if (shape.is === "list") return typeof key === "number" ? [shape.of] : [];
  if (shape.is === "map") return [shape.of];
  if (shape.is !== "object" || !Object.hasOwn(shape.fields, key)) return [];
  const child = shape.fields[key];
  return child ? [child] : [];
}

function noField(path: readonly Key[], options: readonly z.core.$ZodType[], flag: string) {
  const known = options.flatMap(fieldsOf);
  const word = String(path.at(-1));
  const near = nearest(word, known);
  const where = path.map((k) => (typeof k === "number" ? `[${k}]` : k)).join(".");
  return usage(
    `${flag}: there is no field "${where}".`,
    near
      ? `Did you mean "${near}"?`
      : known.length > 0
        ? `There is: ${known.join(", ")}.`
        : "It has no fields of its own.",
  );
}

function fieldsOf(schema: z.core.$ZodType): string[] {
  const shape = shapeOf(schema);
  if (shape.is === "either") return shape.of.flatMap(fieldsOf);
  return shape.is === "object" ? Object.keys(shape.fields) : [];
}
