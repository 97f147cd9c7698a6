/** `If-Match` and `ETag` (RFC 9110, 13.1.1): nobody overwrites what they have not seen. */
import { refuse } from "#db/protocol/errors";
import type { Stored } from "../behaviours/behaviour.ts";
import type { NamedKind } from "./read.ts";

/** Versions that the caller has seen; undefined where any will do. Weak tags count: a proxy that compresses makes them. */
export function versionsSeen(header: string | null): readonly string[] | undefined {
  if (header === null || header.trim() === "*") return undefined;
  return header.split(",").map((tag) =>
    tag
      .trim()
      .replace(/^W\//, "")
      .replace(/^"(.*)"$/, "$1"),
  );
}

/** @throws Refusal lost_update */
export function assertSeen(kind: NamedKind, row: Stored, seen: readonly string[] | undefined): void {
  if (!seen || seen.includes(String(row.revision))) return;
  refuse("lost_update", `Somebody has changed the ${kind.name} ${JSON.stringify(row.name)} since you read it.`, {
    hint: `It has version ${row.revision} now: read it again and repeat your change.`,
  });
}
