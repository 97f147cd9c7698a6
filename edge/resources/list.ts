/** A page of a list, as the query asks for it. */
import { visible } from "../access/decide.ts";
import type { Call } from "../call.ts";
import { isWatch, watch } from "../watch/index.ts";
import { here } from "../watch/log.ts";
import { writePosition } from "../watch/position.ts";
import { parseLimit, parseOrder, readContinue, writeContinue } from "./page.ts";
import { present } from "./present.ts";
import { type ListQuery, listRows, type NamedKind } from "./read.ts";
import { parseFieldSelector, parseLabelSelector } from "./selectors.ts";

/** What the route already says: below which row. */
export type Only = Pick<ListQuery, "scopeId" | "referring" | "referredBy">;

export async function answerList(call: Call, kind: NamedKind, only: Only): Promise<Response> {
  const query = call.url.searchParams;
  const selection = {
    labels: parseLabelSelector(query.get("labelSelector") ?? ""),
    fields: parseFieldSelector(kind, query.get("fieldSelector") ?? ""),
    namePrefix: query.get("name") || undefined,
    ...only,
  };
  if (isWatch(call)) return watch(call, kind, selection);
  const { db } = call.deps.store;
  const order = parseOrder(kind, query.get("sort"));
  const token = query.get("continue");
  const limit = parseLimit(query.get("limit"));
  const after = token ? readContinue(token, order) : undefined;
  const asked = { ...selection, visible: visible(call.caller.grants, "view", kind.permission), order, limit, after };
  let page = await listRows(db, kind, asked);
  let seen = page.snapshot;
  if (seen === undefined && after?.resourceVersion === undefined) {
    // No row carries what the store had seen. Asked for before another look: what that shows is no older.
    seen = (await here(db)).base;
    page = await listRows(db, kind, asked);
    seen = page.snapshot ?? seen;
  }
  const resourceVersion = after?.resourceVersion ?? writePosition({ base: seen ?? "" });
  const now = Date.now();
  const answer = {
    resourceVersion,
    items: page.rows.map((row) => present(kind.name, row, now)),
    ...(page.next ? { continue: writeContinue(order, { ...page.next, resourceVersion }) } : {}),
  };
  return Response.json(answer, { headers: { "cache-control": "no-store" } });
}
