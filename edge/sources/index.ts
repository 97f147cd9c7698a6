/** The one list of sources: every kind that is stored elsewhere has one. */
import type { KindName } from "#db/resources/index";
import { auditevent } from "./auditevent.ts";
import { session } from "./session.ts";
import type { Source } from "./source.ts";
import { thread } from "./thread.ts";

const sources: Partial<Record<KindName, Source>> = { auditevent, session, thread };

export function sourceOf(kind: KindName): Source {
  const source = sources[kind];
  if (!source) throw new Error(`${kind} has neither a table nor a source`);
  return source;
}
