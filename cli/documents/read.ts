/** Manifests: YAML or JSON, one document or many, grouped (`llms: […]`) or in a `List`; each with its file and line. */
import { isMap, isSeq, LineCounter, type Node, parseAllDocuments } from "yaml";
import { findKind, kinds } from "#db/kinds/index";
import type { Fault } from "#db/protocol/errors";
import { near as nearest } from "#db/schema/near";
import { unsoundness } from "#db/schema/validate";
import { Failure } from "../failure.ts";
import { type AnyKind, kindWords } from "../kinds.ts";
import { describeValue, typeOf } from "../schema/faults.ts";
import { describeSource, restoreKeys, sourceOf } from "./source.ts";

export interface Manifest {
  kind: AnyKind;
  name: string;
  /** As written, without `kind`. */
  body: Record<string, unknown>;
  /** `gpt.yaml:12`. */
  where: string;
  /** Where a field of it is written. */
  lineOf(path: readonly PropertyKey[]): string;
  /** What stands there, letter by letter; undefined for what is no plain word. */
  sourceOf(path: readonly PropertyKey[]): string | undefined;
}

/** A person's file should not be able to fill memory with aliases of aliases. */
const MOST_ALIASES = 100;

export interface ReadResult {
  manifests: Manifest[];
  faults: Fault[];
  /** It says in so many words that there is nothing, as `get -o yaml` does for an empty list. */
  emptyList: boolean;
}

export function readManifests(text: string, source: string): ReadResult {
  const result: ReadResult = { manifests: [], faults: [], emptyList: false };
  const lines = new LineCounter();
  const documents = parseAllDocuments(text, { lineCounter: lines, uniqueKeys: true, merge: true, prettyErrors: false });
  for (const document of Array.isArray(documents) ? documents : []) {
    const lineAt = (offset: number | undefined) => `${source}:${lines.linePos(offset ?? 0).line}`;
    // A tag that nobody knows is a warning of the library: its value would be taken for something that was not meant.
    const wrong = [...document.errors, ...document.warnings];
    for (const error of wrong) result.faults.push({ path: lineAt(error.pos[0]), message: worded(error.message) });
    if (wrong.length > 0 || document.contents === null) continue;
    let value: unknown;
    restoreKeys(document);
    try {
      value = document.toJS({ maxAliasCount: MOST_ALIASES });
    } catch (error) {
      result.faults.push({ path: lineAt(document.contents.range?.[0]), message: worded((error as Error).message) });
      continue;
    }
    // `---` alone, or with comments only: nothing is said.
    if (value !== null && value !== undefined) take(value, document.contents, lineAt, result);
  }
  return result;
}

/** Where the library fails at a limit of the machine, what that means for the document. */
const worded = (message: string) => (message.includes("call stack") ? "is nested too deeply" : message);

type LineAt = (offset: number | undefined) => string;
const isRecord = (v: unknown): v is Record<string, unknown> => typeof v === "object" && v !== null && !Array.isArray(v);

function take(value: unknown, node: Node, lineAt: LineAt, result: ReadResult): void {
  const where = lineAt(node.range?.[0]);
  if (Array.isArray(value) && value.some(isRecord)) {
    eachItem(value, node, lineAt, result);
    return;
  }
  if (!isRecord(value)) {
    result.faults.push({ path: where, message: "is not a resource: expected a mapping with kind and name" });
    return;
  }
  const foreign = value["kind"] === "List" ? undefined : wrapper(value);
  if (foreign) {
    const field = childOf(node, foreign);
    result.faults.push({
      path: lineAt(keyOf(node, foreign)?.range?.[0] ?? field?.range?.[0]),
      message: `"${foreign}" is Kubernetes' format; here kind, name, labels and the fields are all at the top level`,
    });
  } else if (value["kind"] === "List" || (value["kind"] === undefined && Array.isArray(value["items"])))
    eachItem(value["items"], childOf(node, "items"), lineAt, result);
  else if (value["kind"] === undefined) takeGroups(value, node, lineAt, result);
  else takeKnown(value, node, lineAt, result);
}

/** The first field of Kubernetes' envelope that this kind has no field for. */
function wrapper(value: Record<string, unknown>): string | undefined {
  const kind = typeof value["kind"] === "string" ? findKind(value["kind"]) : undefined;
  const own = kind?.spec.shape ?? {};
  return ["apiVersion", "metadata", "spec"].find(
    (field) => Object.hasOwn(value, field) && !Object.hasOwn(own, field) && (kind || Object.hasOwn(value, "kind")),
  );
}

function keyOf(node: Node, key: PropertyKey): Node | undefined {
  const pair = isMap(node) ? node.items.find((p) => String(p.key) === String(key)) : undefined;
  return pair?.key as Node | undefined;
}

function takeKnown(value: Record<string, unknown>, node: Node, lineAt: LineAt, result: ReadResult): void {
  const kind = typeof value["kind"] === "string" ? findKind(value["kind"]) : undefined;
  if (kind) takeOne(kind, value, node, lineAt, result);
  else result.faults.push(unknownKind(String(value["kind"]), lineAt(childOf(node, "kind")?.range?.[0])));
}

/** `llms: [{name: …}, …]`, several kinds in one mapping. */
function takeGroups(value: Record<string, unknown>, node: Node, lineAt: LineAt, result: ReadResult): void {
  const where = lineAt(node.range?.[0]);
  if (!Object.keys(value).some((key) => findKind(key) && Array.isArray(value[key]))) {
    result.faults.push({ path: where, message: `has no kind: expected one of ${kinds.map((k) => k.name).join(", ")}` });
    return;
  }
  for (const [key, items] of Object.entries(value)) {
    const child = childOf(node, key);
    const kind = findKind(key);
    if (!kind) {
      result.faults.push(unknownKind(key, lineAt(child?.range?.[0])));
      continue;
    }
    eachItem(items, child, lineAt, result, kind);
  }
}

function eachItem(items: unknown, node: Node | undefined, lineAt: LineAt, result: ReadResult, kind?: AnyKind): void {
  if (!Array.isArray(items) || !isSeq(node)) {
    result.faults.push({ path: lineAt(node?.range?.[0]), message: "expected a list of resources" });
    return;
  }
  if (items.length === 0) result.emptyList = true;
  for (const [i, item] of items.entries()) {
    const child = childOf(node, i) ?? node;
    if (!kind) take(item, child, lineAt, result);
    else if (isRecord(item)) takeOne(kind, item, child, lineAt, result);
    else result.faults.push({ path: lineAt(child.range?.[0]), message: `is not a ${kind.name}: expected a mapping` });
  }
}

function takeOne(kind: AnyKind, value: Record<string, unknown>, node: Node, lineAt: LineAt, result: ReadResult): void {
  const where = lineAt(node.range?.[0]);
  const unsound = unsoundness(value);
  if (unsound) {
    result.faults.push({ ...unsound, path: `${where}${unsound.path && `: ${unsound.path}`}` });
    return;
  }
  const { kind: _, ...body } = value;
  const name = body["name"];
  if (name === undefined || name === "") {
    result.faults.push({ path: where, message: `this ${kind.name} has no name` });
    return;
  }
  if (typeof name !== "string") {
    const path = `${lineAt((keyOf(node, "name") ?? node).range?.[0])}: name`;
    const told = describeSource(
      { read: typeOf(name), text: true },
      sourceOf(childOf(node, "name")),
      describeValue(name),
    );
    result.faults.push({ path, message: "expected string", expected: "string", ...told });
    return;
  }
  const lineOf = (path: readonly PropertyKey[]) => {
    let at: Node | undefined = node;
    let line = where;
    for (const key of path) {
      const keyNode: Node | undefined = at && keyOf(at, key);
      at = at && childOf(at, key);
      const range = keyNode?.range ?? at?.range;
      if (!range) break;
      line = lineAt(range[0]);
    }
    return line;
  };
  const nodeAt = (path: readonly PropertyKey[]) =>
    path.reduce<Node | undefined>((at, key) => at && childOf(at, key), node);
  result.manifests.push({ kind, name, body, where, lineOf, sourceOf: (path) => sourceOf(nodeAt(path)) });
}

function childOf(node: Node, key: PropertyKey): Node | undefined {
  if (!isMap(node) && !isSeq(node)) return undefined;
  return node.get(typeof key === "symbol" ? String(key) : key, true) as Node | undefined;
}

function unknownKind(word: string, path: string): Fault {
  const suggestion = nearest(word, kindWords());
  return { path, message: `there is no kind "${word}"`, ...(suggestion ? { suggestion } : {}) };
}

/** The same resource twice is a mistake whose outcome would depend on order. */
export function duplicates(manifests: readonly Manifest[]): Fault[] {
  const seen = new Map<string, Manifest>();
  return manifests.flatMap((m) => {
    const key = [m.kind.name, m.kind.scope ? m.body[m.kind.scope] : "", m.name].join("/");
    const before = seen.get(key);
    if (!before) seen.set(key, m);
    return before ? [{ path: m.where, message: `${m.kind.name}/${m.name} is already at ${before.where}` }] : [];
  });
}

/** @throws Failure that lists every fault. */
export function mustBeSound(faults: readonly Fault[], source: string): void {
  if (faults.length === 0) return;
  throw new Failure(`${source} can't be used${faults.length > 1 ? `: ${faults.length} faults` : ""}.`, {
    faults,
    hint: "Nothing was changed. `mcpctl explain KIND` lists the fields of a kind.",
  });
}
