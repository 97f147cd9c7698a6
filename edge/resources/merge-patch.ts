/** JSON merge patch (RFC 7396): null removes, objects merge, everything else replaces. */
import { isObject } from "#db/resources/validate";

/** @returns a new value; neither argument is changed. Depth is bounded by whoever accepted the patch. */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch;
  const merged = new Map(Object.entries(isObject(target) ? target : {}));
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) merged.delete(key);
    else merged.set(key, mergePatch(merged.get(key), value));
  }
  return Object.fromEntries(merged);
}
