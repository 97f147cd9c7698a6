/**
 * `If-Match`, `If-None-Match` and `ETag` (RFC 9110, 13.1), and Kubernetes' `resourceVersion` in a document: nobody overwrites
 * what they have not seen.
 */
import { refuse } from "#db/protocol/errors";
import { isObject } from "#db/schema/validate";
import type { NamedKind, Stored } from "./stored.ts";

/** What has to be true of a row for a write to go on. */
export interface Preconditions {
  /** Versions of which it must have one; undefined: any will do. */
  seen: readonly string[] | undefined;
  /** Versions of which it must have none, or `*`: it must not be there at all. */
  unseen: readonly string[] | "*" | undefined;
  /** The version that the document says it is of. */
  said?: string;
}

/** @throws Refusal invalid_request for a resourceVersion that is none */
export function preconditionsOf(headers: Headers, body?: unknown): Preconditions {
  const said = isObject(body) ? body["resourceVersion"] : undefined;
  if (said !== undefined && typeof said !== "string") {
    const given = said === null ? "null" : `a ${typeof said}`;
    const fault = { path: "resourceVersion", message: `expected a string, given ${given}`, expected: "string", given };
    refuse("invalid_request", `resourceVersion: ${fault.message}`, {
      faults: [fault],
      param: "resourceVersion",
      hint: "Give the one that you read, as it is, or leave it out.",
    });
  }
  const none = headers.get("if-none-match");
  return {
    seen: versionsSeen(headers.get("if-match")),
    unseen: none?.trim() === "*" ? "*" : none === null ? undefined : versionsSeen(none),
    ...(said ? { said } : {}),
  };
}

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

/** Whether a reader has this version already: 304. */
export function isKnown(row: Pick<Stored, "revision">, header: string | null): boolean {
  if (header === null) return false;
  return header.trim() === "*" || (versionsSeen(header)?.includes(String(row.revision)) ?? false);
}

/** @throws Refusal lost_update */
export function assertSeen(kind: NamedKind, row: Stored, { seen, unseen, said }: Preconditions): void {
  const version = String(row.revision);
  const called = `${kind.name} ${JSON.stringify(row.name)}`;
  if (unseen === "*" || unseen?.includes(version))
    refuse("lost_update", `If-None-Match: there is the ${called}, and it has version ${version}.`, {
      hint: "Leave the header out to change what is there.",
    });
  if ((!seen || seen.includes(version)) && (said === undefined || said === version)) return;
  refuse("lost_update", `Somebody has changed the ${called} since you read it.`, {
    hint: `It has version ${version} now: read it again and repeat your change.`,
  });
}
