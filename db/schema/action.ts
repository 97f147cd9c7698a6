/**
 * What can be done with a resource of a kind beside reading, writing and deleting it. From one description follow the route, its
 * part of the OpenAPI document, the rights that it asks for and the command line's verb; what it changes, the edge's
 * `edge/kinds/<kind>.ts` decides.
 */
import { z } from "zod";
import type { Role } from "../kinds/parts/grants.ts";

export interface Action {
  /** One sentence for people: of the route, of the page and of the verb. */
  about: string;
  /** What the command line says after the address of what it has become: `mcptoken/web/ci revoked`. */
  done: string;
  /**
   * `status`: fields of the status, and nothing looks at the spec. `spec`: fields of the spec, checked and written as if all of it
   * had been sent. `becomes`: a new resource of that kind, with its name and labels, in whose place it goes.
   */
  changes: "spec" | "status" | { becomes: string };
  /** Role that it needs, on the kind's own permission or on `resource`. Of a kind whose rows are owned: what reading one needs. */
  may: { role: Role; resource?: string };
  /** What it is told. A field that `at.below` names is in the path, by name or id where it is a reference; others are the body. */
  takes?: z.ZodObject;
  /** Where it is, if not at `POST …/:name/ACTION`. */
  at?: { method: "POST" | "PATCH" | "DELETE"; below?: string };
  /** Whether the route can be asked for a rehearsal, `?dryRun=true`. */
  dryRun: boolean;
  /** What `If-Match` names, where what is answered is another resource. */
  seen?: string;
  /** What the query parameter for its parent is for, where the usual words don't do. */
  which?: string;
  /** Command lines, for help. */
  examples: readonly string[];
}

type Described = Omit<Action, "dryRun"> & { dryRun?: false };

/** Completes a description. It keeps its own type, from which the types of its implementation follow. */
export function action<const A extends Described>(a: A): Omit<A, "dryRun"> & { dryRun: boolean } {
  return { ...a, dryRun: a.dryRun ?? true };
}

/** Fields of `takes` that are in the path. */
export const inPath = ({ at }: Action): string[] =>
  [...(at?.below ?? "").matchAll(/:([A-Za-z]+)/g)].map(([, field = ""]) => field);

/** What the body holds; undefined where nothing is sent. */
export function bodyOf(a: Action): z.ZodObject | undefined {
  if (!a.takes) return undefined;
  const elsewhere = inPath(a);
  if (elsewhere.length === 0) return a.takes;
  const fields = Object.fromEntries(Object.entries(a.takes.shape).filter(([field]) => !elsewhere.includes(field)));
  return Object.keys(fields).length > 0 ? z.strictObject(fields) : undefined;
}

export const methodOf = ({ at }: Action): "POST" | "PATCH" | "DELETE" => at?.method ?? "POST";

/** Below the resource, with a slash before it: `/revoke`, `/prompts/:prompt`, or nothing. */
export function pathBelow(name: string, { at }: Action): string {
  if (!at) return `/${name}`;
  return at.below === undefined ? "" : `/${at.below}`;
}
