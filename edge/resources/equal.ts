/** Whether a write would change anything, so that applying the same document twice writes once. */
import { isObject } from "#db/schema/validate";
import type { Stored } from "./stored.ts";

type Content = Pick<Stored, "labels" | "spec" | "status" | "sealed">;

export function isUnchanged(previous: Content, next: Content): boolean {
  const content = ({ labels, spec, status, sealed }: Content) => canonical({ labels, spec, status, sealed });
  return content(previous) === content(next);
}

/** JSON with sorted keys: the store keeps no order of its own. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (_, v: unknown) =>
    isObject(v) ? Object.fromEntries(Object.entries(v).sort(([a], [b]) => (a < b ? -1 : 1))) : v,
  );
}
