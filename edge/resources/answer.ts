/** Answers with one resource: version, warnings, and what is shown only once. */
import { OUTCOME_HEADER } from "#db/protocol/outcome";
import type { Call } from "../call.ts";
import { isKnown } from "./precondition.ts";
import { etag, present } from "./present.ts";
import type { NamedKind, Stored } from "./stored.ts";
import type { Outcome } from "./write.ts";

export function answerRow(call: Call, kind: NamedKind, row: Stored): Response {
  const headers = { etag: etag(row), "cache-control": "no-store" };
  if (["GET", "HEAD"].includes(call.request.method) && isKnown(row, call.request.headers.get("if-none-match")))
    return new Response(null, { status: 304, headers });
  return Response.json(present(kind.name, row, Date.now()), { headers });
}

export function answerOutcome(call: Call, kind: NamedKind, { row, verb, warnings, revealed }: Outcome): Response {
  const headers = new Headers({ etag: etag(row), "cache-control": "no-store", [OUTCOME_HEADER]: verb });
  if (verb === "created") headers.set("location", `${call.url.origin}/api/v1/${kind.plural}/${row.id}`);
  for (const text of warnings) headers.append("warning", warning(text));
  return Response.json(
    { ...present(kind.name, row, Date.now()), ...revealed },
    { status: verb === "created" ? 201 : 200, headers },
  );
}

/** RFC 7234, 5.5: code, agent, quoted text. A header holds visible ASCII. */
export function warning(text: string): string {
  const visible = text.replace(/[^\x20-\x7e]+/g, "?").slice(0, 500);
  return `299 mcpctl "${visible.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;
}
