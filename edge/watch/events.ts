/** What a change is to one watcher: nothing, or an event about the resource as this watcher may see it. Pure. */
import { kindsByName, type Resource, type TableKindName } from "#db/kinds/index";
import { governorOf } from "../resources/governor.ts";
import { present } from "../resources/present.ts";
import type { Logged } from "./log.ts";
import { matches, type Selection } from "./match.ts";

export interface Watched extends Selection {
  kind: TableKindName;
  /** Names that the caller may see. */
  visible: "all" | ReadonlySet<string>;
}

export interface ResourceEvent {
  type: "ADDED" | "MODIFIED" | "DELETED";
  object: Resource;
}

/**
 * As in Kubernetes: what begins to match is ADDED, what ends to match is DELETED, and that carries its last state that did.
 * @param now milliseconds since the epoch: some status follows from time alone.
 */
export function eventOf(watched: Watched, change: Logged, now: number): ResourceEvent | undefined {
  if (watched.visible !== "all" && !watched.visible.has(governorOf(kindsByName[watched.kind], change)))
    return undefined;
  const { was, seq: _, xid: __, verb, ...after } = change;
  const { labels = after.labels, spec = after.spec, status = after.status } = was;
  const before = { ...after, labels, spec, status };
  const [did, does] = [verb !== "created" && matches(watched, before), verb !== "deleted" && matches(watched, after)];
  if (!did && !does) return undefined;
  const type = did ? (does ? "MODIFIED" : "DELETED") : "ADDED";
  const shown = does ? after : before;
  return { type, object: present(watched.kind, { ...shown, sealed: null }, now) };
}
