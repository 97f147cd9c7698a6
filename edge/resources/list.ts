/** A page of a list, as the query asks for it. */

import { hasTable } from "#db/kinds/index";
import { parseLabelSelector } from "#db/schema/label-selector";
import type { Call } from "../http/call.ts";
import { visible } from "../rights/decide.ts";
import { isWatch, watch } from "../watch/index.ts";
import { here } from "../watch/log.ts";
import { writePosition } from "../watch/position.ts";
import { viewOf } from "./elsewhere.ts";
import { parseMoment } from "./moment.ts";
import { parseLimit, parseOrder, readContinue, writeContinue } from "./page.ts";
import { present } from "./present.ts";
import { reachOf } from "./reach.ts";
import { type ListQuery, listRows } from "./read.ts";
import { parseFieldSelector } from "./selectors.ts";
import type { NamedKind } from "./stored.ts";

/** What the route already says: below which row, and which fields. */
export type Only = Pick<ListQuery, "scopeId" | "referring" | "referredBy"> & Partial<Pick<ListQuery, "fields">>;

export async function answerList(call: Call, kind: NamedKind, only: Only): Promise<Response> {
  const query = call.url.searchParams;
  const selection = {
    labels: parseLabelSelector(query.get("labelSelector") ?? ""),
    namePrefix: query.get("name") || undefined,
    ...only,
    fields: [...parseFieldSelector(kind, query.get("fieldSelector") ?? ""), ...(only.fields ?? [])],
  };
  if (hasTable(kind) && isWatch(call)) return watch(call, kind, selection);
  const { db } = call.deps.store;
  const now = Date.now();
  const order = parseOrder(kind, query.get("sort"));
  const token = query.get("continue");
  const after = token ? readContinue(token, kind.name, order) : undefined;
  const asked = {
    ...selection,
    visible: kind.owned ? ("all" as const) : visible(call.caller.grants, "view", kind.permission),
    reach: reachOf(call.caller, kind),
    since: parseMoment(query.get("since"), "since", now),
    until: parseMoment(query.get("until"), "until", now),
    order,
    limit: parseLimit(query.get("limit")),
    after,
  };
  let page = await listRows(db, kind, asked);
  let seen = page.snapshot;
  if (seen === undefined && after?.resourceVersion === undefined) {
    // No row carries what the store had seen. Asked for before another look: what that shows is no older.
    seen = (await here(db)).base;
    page = await listRows(db, kind, asked);
    seen = page.snapshot ?? seen;
  }
  const resourceVersion = after?.resourceVersion ?? writePosition({ base: seen ?? "" });
  const view = await viewOf(call, kind);
  const answer = {
    resourceVersion,
    items: page.rows.map(view).map((row) => present(kind.name, row, now)),
    ...(page.next ? { continue: writeContinue(kind.name, order, { ...page.next, resourceVersion }) } : {}),
  };
  return Response.json(answer, { headers: { "cache-control": "no-store" } });
}
