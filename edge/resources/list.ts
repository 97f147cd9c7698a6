/** A page of a list, as the query asks for it. */
import { visible } from "../access/decide.ts";
import type { Call } from "../call.ts";
import { viewOf } from "./elsewhere.ts";
import { parseMoment } from "./moment.ts";
import { parseLimit, parseOrder, readContinue, writeContinue } from "./page.ts";
import { present } from "./present.ts";
import { reachOf } from "./reach.ts";
import { type ListQuery, listRows, type NamedKind } from "./read.ts";
import { parseFieldSelector, parseLabelSelector } from "./selectors.ts";

/** What the route already says: below which row. */
export type Only = Pick<ListQuery, "scopeId" | "referring" | "referredBy">;

export async function answerList(call: Call, kind: NamedKind, only: Only): Promise<Response> {
  const query = call.url.searchParams;
  const order = parseOrder(kind, query.get("sort"));
  const token = query.get("continue");
  const now = Date.now();
  const { rows, next } = await listRows(call.deps.store.db, kind, {
    visible: kind.owned ? "all" : visible(call.caller.grants, "view", kind.permission),
    reach: reachOf(call.caller, kind),
    since: parseMoment(query.get("since"), "since", now),
    until: parseMoment(query.get("until"), "until", now),
    labels: parseLabelSelector(query.get("labelSelector") ?? ""),
    fields: parseFieldSelector(kind, query.get("fieldSelector") ?? ""),
    namePrefix: query.get("name") || undefined,
    ...only,
    order,
    limit: parseLimit(query.get("limit")),
    after: token ? readContinue(token, order) : undefined,
  });
  const view = await viewOf(call, kind);
  const page = {
    items: rows.map(view).map((row) => present(kind.name, row, now)),
    ...(next ? { continue: writeContinue(order, next) } : {}),
  };
  return Response.json(page, { headers: { "cache-control": "no-store" } });
}
