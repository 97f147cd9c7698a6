/** How far a watcher has come, and how that travels: the `resourceVersion` of lists and bookmarks, the `id` of events. Pure. */
import { z } from "zod";
import { refuse } from "#db/protocol/errors";
import { parseSnapshot } from "./snapshot.ts";

export interface Position {
  /** Everything that this snapshot has seen. */
  base: string;
  /** And of what this one has seen beside, the changes up to one: a look was too much for one answer. */
  part?: { upto: string; seq: number };
}

const snapshot = z.string().refine((text) => parseSnapshot(text) !== undefined);
const seq = z.int().nonnegative();
const token = z.union([
  z.strictObject({ v: z.literal(1), base: snapshot }),
  z.strictObject({ v: z.literal(1), base: snapshot, upto: snapshot, seq }),
]);

export function writePosition({ base, part }: Position): string {
  return btoa(JSON.stringify({ v: 1, base, ...part }))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");
}

/** Version of a single resource: the number of the write. */
const ofResource = /^\d{1,15}$/;

/**
 * Where to begin: from the beginning (nothing given, or Kubernetes' `0`), at a position, or after the write of a version.
 * @throws Refusal invalid_request
 */
export function readPosition(text: string | null): undefined | Position | { revision: number } {
  if (text === null || text === "" || text === "0") return undefined;
  if (ofResource.test(text)) return { revision: Number(text) };
  const read = token.safeParse(decode(text));
  if (!read.success)
    return refuse("invalid_request", "resourceVersion: this is none that the edge gave.", {
      param: "resourceVersion",
      hint: "Take it from a list, an event or a resource as it is; without it a watch begins with what is there.",
    });
  const { base } = read.data;
  return "upto" in read.data ? { base, part: { upto: read.data.upto, seq: read.data.seq } } : { base };
}

function decode(text: string): unknown {
  try {
    return JSON.parse(atob(text.replaceAll("-", "+").replaceAll("_", "/")));
  } catch {
    return undefined;
  }
}
