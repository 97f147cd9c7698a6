/** `?watch=true` on a list: its changes as server-sent events, as Kubernetes' watch (docs/api.md). */

import type { TableKind } from "#db/kinds/index";
import { Refusal, refuse } from "#db/protocol/errors";
import type { Call } from "../http/call.ts";
import { problemOf } from "../http/surfaces/api.ts";
import { toRefusal } from "../http/to-refusal.ts";
import { log } from "../log.ts";
import { visible } from "../rights/decide.ts";
import { Ending } from "./ending.ts";
import { EventStream, Gone } from "./event-stream.ts";
import { afterWrite, assertKnown } from "./log.ts";
import type { Selection } from "./match.ts";
import { readPosition } from "./position.ts";
import { changedRights } from "./rights.ts";
import { type Start, Watcher } from "./watcher.ts";

/** What belongs to pages and means nothing for a stream. */
const ofPages = ["limit", "continue", "sort"] as const;

/** `?watch=true`. @throws Refusal invalid_request for anything but true, false, and Kubernetes' 1 and 0 */
export function isWatch(call: Call): boolean {
  const query = call.url.searchParams;
  const text = query.get("watch");
  if (text === "true" || text === "1") return true;
  if (text !== null && text !== "false" && text !== "0" && text !== "")
    refuse("invalid_request", "watch: expected true or false.", { param: "watch" });
  if (query.get("resourceVersion"))
    refuse("invalid_request", "resourceVersion: a list is always current; it is where a watch begins.", {
      param: "resourceVersion",
      hint: "Add watch=true, or leave it out.",
    });
  return false;
}

/** @throws Refusal invalid_request, and expired where what came since can't be told any more */
export async function watch(call: Call, kind: TableKind, selection: Selection): Promise<Response> {
  const { request, url, deps, caller } = call;
  // A HEAD is answered by running the GET and dropping its body: this one would never end.
  if (request.method !== "GET") refuse("method_not_allowed", "A watch is opened by GET.", { allow: "GET" });
  const page = ofPages.find((p) => url.searchParams.get(p));
  if (page)
    refuse("invalid_request", `${page}: a watch has no pages.`, {
      param: page,
      hint: "Leave it out, or leave out watch.",
    });
  const { db } = deps.store;
  const began = visible(caller.grants, "view", kind.permission);
  const start = await startOf(call, kind);
  const standing = deps.access.stillAllowed(call, (grants) => changedRights(kind.permission, began, grants));
  const out = new EventStream();
  const ending = new Ending();
  standing.signal.addEventListener("abort", () => ending.reach(standing.signal.reason));
  request.signal.addEventListener("abort", () => ending.reach(new Gone("the client has gone")));
  const watched = { ...selection, kind: kind.name, visible: began === "all" ? began : new Set(began) } as const;
  const follow = async () => {
    const { body } = await deps.feeds.follow(kind.name).fetch("https://feed/");
    if (!body) throw new Error("an object answered without a stream");
    return body;
  };
  const watcher = new Watcher({ db, kind, watched, out, follow, ending });
  call.waitUntil(
    watcher
      .run(start)
      .catch((error: unknown) => takeLeave(call, out, error))
      .finally(() => standing.release()),
  );
  return out.response;
}

/** `Last-Event-ID` is what a browser sends when it comes back, with the URL that it began with. */
async function startOf(call: Call, kind: TableKind): Promise<Start | undefined> {
  const { db } = call.deps.store;
  const from = readPosition(call.request.headers.get("last-event-id") || call.url.searchParams.get("resourceVersion"));
  if (!from) return undefined;
  if ("revision" in from) return afterWrite(db, kind.name, from.revision);
  await assertKnown(db, from);
  return { from };
}

async function takeLeave({ requestId }: Call, out: EventStream, error: unknown): Promise<void> {
  if (error instanceof Gone) return out.close();
  const refusal = error instanceof Refusal ? error : toRefusal(error);
  if (refusal.code === "internal") log("watch-failed", { requestId, cause: error });
  await out.send("ERROR", problemOf(refusal)).catch(() => {});
  out.close();
}
