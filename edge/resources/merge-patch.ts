/** JSON merge patch (RFC 7396): null removes, objects merge, everything else replaces. */
import { refuse } from "#db/protocol/errors";
import { isObject } from "#db/schema/validate";

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

/**
 * Somebody who sends another kind of patch means something else by the same bytes. Whatever is not said to be one is read as this
 * one. @throws Refusal unsupported_media (RFC 5789, 2.2)
 */
export function assertMergePatch(headers: Headers): void {
  const type = headers.get("content-type")?.split(";")[0]?.trim().toLowerCase() ?? "";
  if (type === "application/merge-patch+json" || !/patch(\+|$)/.test(type)) return;
  refuse(
    "unsupported_media",
    `The body is of type ${JSON.stringify(type.slice(0, 80))}, which is another kind of patch.`,
    {
      hint: "Send a JSON merge patch (RFC 7396), application/merge-patch+json: the fields to change, with null for those to remove.",
      accept: { header: "accept-patch", value: "application/merge-patch+json, application/json" },
    },
  );
}
