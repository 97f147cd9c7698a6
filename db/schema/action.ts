/**
 * An operation on a kind beside create, read, update and delete. The route, its part of the OpenAPI document, the required right and the
 * command line's verb are derived from its description. `edge/kinds/<kind>.ts` computes the changes.
 */
import { z } from "zod";
import type { Role } from "../kinds/parts/grants.ts";

export interface Action {
  /** One sentence for people, for the route, the kind's page and the verb. */
  about: string;
  /** Past participle for the output of the command line: `mcptoken/web/ci revoked`. */
  done: string;
  /**
   * `status`: fields of the status; the spec is not checked. `spec`: fields of the spec; the whole spec is validated and written as in an
   * update. `becomes`: creates a resource of that kind with the same name and labels, and deletes this one.
   */
  changes: "spec" | "status" | { becomes: string };
  /** The required role, on the kind's own permission or on `resource`. For an owned kind: the role that reading needs. */
  may: { role: Role; resource?: string };
  /** Parameters. A field that `at.below` names is in the path (a reference by name or id); the others are the body. */
  takes?: z.ZodObject;
  /** Method and path, if not `POST …/:name/ACTION`. */
  at?: { method: "POST" | "PATCH" | "DELETE"; below?: string };
  /** Whether the route supports `?dryRun=true`. */
  dryRun: boolean;
  /** Description of `If-Match`, if the answer is another resource. */
  seen?: string;
  /** Description of the query parameter for its parent, if the default text doesn't fit. */
  which?: string;
  /** Example commands for help. */
  examples: readonly string[];
}

type Described = Omit<Action, "dryRun"> & { dryRun?: false };

/** Completes a description. The return type keeps the literal types, from which the types of the implementation are derived. */
export function action<const A extends Described>(a: A): Omit<A, "dryRun"> & { dryRun: boolean } {
  return { ...a, dryRun: a.dryRun ?? true };
}

/** Fields of `takes` that are in the path. */
export const inPath = ({ at }: Action): string[] =>
  [...(at?.below ?? "").matchAll(/:([A-Za-z]+)/g)].map(([, field = ""]) => field);

/** Schema of the body; undefined if there is none. */
export function bodyOf(a: Action): z.ZodObject | undefined {
  if (!a.takes) return undefined;
  const elsewhere = inPath(a);
  if (elsewhere.length === 0) return a.takes;
  const fields = Object.fromEntries(Object.entries(a.takes.shape).filter(([field]) => !elsewhere.includes(field)));
  return Object.keys(fields).length > 0 ? z.strictObject(fields) : undefined;
}

export const methodOf = ({ at }: Action): "POST" | "PATCH" | "DELETE" => at?.method ?? "POST";

/** Path below the resource: `/revoke`, `/prompts/:prompt`, or empty. */
export function pathBelow(name: string, { at }: Action): string {
  if (!at) return `/${name}`;
  return at.below === undefined ? "" : `/${at.below}`;
}
