/** Words for kinds, as people type them. */
import { findKind, type KindName, kinds, tableKinds } from "#db/kinds/index";
import type { Kind, Verb } from "#db/schema/kind";
import { near as nearest } from "#db/schema/near";
import { usage } from "./failure.ts";

export type AnyKind = Kind & { name: KindName };

export const kindWords = (): string[] => kinds.flatMap((k) => [k.name, k.plural, ...k.shortNames]);

/** @throws Failure usage, with the nearest spelling. */
export function parseKind(word: string): AnyKind {
  const kind = findKind(word);
  if (kind) return kind;
  const near = nearest(word, kindWords());
  throw usage(
    `There is no kind "${word}".`,
    near ? `Did you mean "${near}"?` : "`mcpctl api-resources` lists the kinds.",
  );
}

/** One, several with commas, or `all` that people and agents make: not what is merely reported, as logins and events are. */
export function parseKinds(words: string): AnyKind[] {
  if (words === "all") return [...tableKinds];
  return [...new Set(words.split(",").filter(Boolean).map(parseKind))];
}

/** The project that `-p` or the context names, for a kind whose names are unique within one. */
export async function projectFor(
  kind: Pick<Kind, "scope">,
  tools: { project(): Promise<string | undefined> },
): Promise<string | undefined> {
  return kind.scope === PROJECT ? tools.project() : undefined;
}

/** `librarian/terse` says whose it is, where names are unique within a parent only; else the project does. */
export function placeOf(
  { scope }: Pick<Kind, "scope">,
  name: string,
  project: string | undefined,
): { own: string; scope: Readonly<Record<string, string>> } {
  const slash = scope === undefined ? -1 : name.indexOf("/");
  const parent = slash > 0 ? name.slice(0, slash) : project;
  return {
    own: slash > 0 ? name.slice(slash + 1) : name,
    scope: scope !== undefined && parent ? { [scope]: parent } : {},
  };
}

/** What limits a list to a project: always for a kind with names of its own in each, else where `-p` asks for it. */
export async function inProject(
  kind: Pick<Kind, "scope" | "spec">,
  tools: { project(): Promise<string | undefined>; globals: { project?: string | undefined } },
): Promise<string | undefined> {
  const asked = kind.scope !== PROJECT && Object.hasOwn(kind.spec.shape, PROJECT) ? tools.globals.project : undefined;
  const project = (await projectFor(kind, tools)) ?? asked;
  return project && `${PROJECT}=${project}`;
}

const PROJECT = "project";

/** @throws Failure usage where the kind can't be written that way. */
export function mustAllow(kind: Kind, verb: Verb, why: string): void {
  if (!kind.verbs.includes(verb)) throw usage(`${kind.plural} can't be ${why}.`, kind.about);
}

export interface Target {
  kind: AnyKind;
  names: string[];
}

/** `llm a b`, `llm/a secret/b`, `llms,secrets`. No names: all. @throws Failure usage */
export function parseTargets(words: readonly string[]): Target[] {
  const [first, ...rest] = words;
  // An empty variable, perhaps: what it was to name is not everything.
  if (rest.includes("")) throw usage("A name is empty.", "Leave it out to select the whole kind.");
  if (first === undefined || /^,*$/.test(first))
    throw usage("The kind is missing.", "`mcpctl api-resources` lists the kinds.");
  if (!first.includes("/")) {
    const found = parseKinds(first);
    if (rest.length > 0 && found.length > 1)
      throw usage("Names are allowed only with a single kind.", "Write kind/name for several kinds.");
    return found.map((kind) => ({ kind, names: rest }));
  }
  const targets = new Map<string, Target>();
  for (const word of words) {
    const slash = word.indexOf("/");
    if (slash <= 0 || slash === word.length - 1) throw usage(`"${word}" is not kind/name.`);
    const kind = parseKind(word.slice(0, slash));
    const target = targets.get(kind.name) ?? { kind, names: [] };
    target.names.push(word.slice(slash + 1));
    targets.set(kind.name, target);
  }
  return [...targets.values()];
}
